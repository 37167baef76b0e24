"""what a posting asks for besides tags, years and degree; the role that title and text say each alone

Revision ID: 0003
Revises: 0002
"""

from alembic import op
import sqlalchemy as sa

from migrations.columns import TEXT


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The first stores of revision 0002 were made without it.
    if 'text_key' not in {column['name'] for column in sa.inspect(op.get_bind()).get_columns('versions')}:
        op.add_column('versions', sa.Column('text_key', sa.LargeBinary(), nullable=True))
        op.create_index('ix_versions_text_key', 'versions', ['text_key'], unique=False)
    op.add_column('taggings', sa.Column('title_label', TEXT, nullable=True))
    op.add_column('taggings', sa.Column('body_label', TEXT, nullable=True))
    op.add_column('taggings', sa.Column('pipeline_share', sa.Double(), nullable=True))
    op.add_column('taggings', sa.Column('facts', sa.JSON(), nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    for column in ('facts', 'pipeline_share', 'body_label', 'title_label'):
        op.drop_column('taggings', column)
