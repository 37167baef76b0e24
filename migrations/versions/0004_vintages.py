"""published numbers as vintages; since when a tagging is known; the address that a text had

Revision ID: 0004
Revises: 0003
"""

from alembic import op
import sqlalchemy as sa

from migrations.columns import TEXT


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('versions', sa.Column('url', TEXT, nullable=True))
    op.add_column('taggings', sa.Column('tagged_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('publications',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('view', TEXT, nullable=False),
    sa.Column('as_of', sa.DateTime(timezone=True), nullable=False),
    sa.Column('data_cut', sa.DateTime(timezone=True), nullable=True),
    sa.Column('taxonomy_id', sa.Integer(), nullable=True),
    sa.Column('code_version', TEXT, nullable=False),
    sa.Column('last_run', sa.Integer(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['last_run'], ['runs.id'], name=op.f('fk_publications_last_run')),
    sa.ForeignKeyConstraint(['taxonomy_id'], ['taxonomies.id'], name=op.f('fk_publications_taxonomy_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_publications'))
    )
    op.create_table('vintages',
    sa.Column('publication_id', sa.Integer(), nullable=False),
    sa.Column('metric', TEXT, nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('role', TEXT, nullable=False),
    sa.Column('dimension', TEXT, nullable=False),
    sa.Column('value', sa.Double(), nullable=False),
    sa.Column('lo', sa.Double(), nullable=True),
    sa.Column('hi', sa.Double(), nullable=True),
    sa.Column('n', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['publication_id'], ['publications.id'], name=op.f('fk_vintages_publication_id')),
    sa.PrimaryKeyConstraint('publication_id', 'metric', 'week', 'role', 'dimension', name=op.f('pk_vintages')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('vintages')
    op.drop_table('publications')
    op.drop_column('taggings', 'tagged_at')
    op.drop_column('versions', 'url')
