"""steady collecting: what the last look saw, looks that changed nothing, fill rates, grouping

Revision ID: 0002
Revises: 0001
"""

from alembic import op
import sqlalchemy as sa

from migrations.columns import TEXT


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('boards', sa.Column('industry', TEXT, nullable=False, server_default='other'))
    op.add_column('boards', sa.Column('credit', TEXT, nullable=False, server_default=sa.text("''")))
    op.add_column('boards', sa.Column('memory', sa.JSON(), nullable=True))
    op.add_column('fetches', sa.Column('unchanged', sa.Boolean(), nullable=False, server_default=sa.text('false')))
    op.add_column('fetches', sa.Column('fills', sa.JSON(), nullable=True))
    op.add_column('postings', sa.Column('record_hash', TEXT, nullable=False, server_default=sa.text("''")))
    op.add_column('postings', sa.Column('address', TEXT, nullable=False, server_default=sa.text("''")))
    op.add_column('postings', sa.Column('signature', sa.LargeBinary(), nullable=True))
    op.add_column('versions', sa.Column('text_key', sa.LargeBinary(), nullable=True))
    op.create_index(op.f('ix_versions_text_key'), 'versions', ['text_key'], unique=False)
    op.create_index(op.f('ix_postings_address'), 'postings', ['address'], unique=False)
    op.create_index(op.f('ix_postings_company_id'), 'postings', ['company_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_versions_text_key'), table_name='versions')
    op.drop_column('versions', 'text_key')
    op.drop_index(op.f('ix_postings_company_id'), table_name='postings')
    op.drop_index(op.f('ix_postings_address'), table_name='postings')
    for column in ('signature', 'address', 'record_hash'):
        op.drop_column('postings', column)
    for column in ('fills', 'unchanged'):
        op.drop_column('fetches', column)
    for column in ('memory', 'credit', 'industry'):
        op.drop_column('boards', column)
