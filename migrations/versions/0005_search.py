"""full-text index; it is filled by the next run or search

Revision ID: 0005
Revises: 0004
"""

from alembic import op
import sqlalchemy as sa


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('search_documents',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('posting_id', sa.Integer(), nullable=False),
    sa.Column('outdated', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['id'], ['versions.id'], name=op.f('fk_search_documents_id')),
    sa.ForeignKeyConstraint(['posting_id'], ['postings.id'], name=op.f('fk_search_documents_posting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_documents'))
    )
    if op.get_bind().dialect.name == 'sqlite':
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING fts5("
            "words, content='', detail=none, tokenize='ascii')"
        )
    else:
        op.execute("CREATE TABLE search_words (id INTEGER PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_search_words_words ON search_words USING gin (words)")


def downgrade() -> None:
    op.execute("DROP TABLE search_words")
    op.drop_table('search_documents')
