"""leases: which collector may ask which host, where several share one database

Revision ID: 0006
Revises: 0005
"""

from alembic import op
import sqlalchemy as sa

from migrations.columns import TEXT


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('leases',
    sa.Column('host', TEXT, nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('after_fetch', sa.Integer(), nullable=False),
    sa.Column('boards', sa.JSON(), nullable=False),
    sa.Column('holder', TEXT, nullable=False),
    sa.Column('token', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('host', name=op.f('pk_leases'))
    )


def downgrade() -> None:
    op.drop_table('leases')
