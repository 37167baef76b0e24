"""what each unit listed week by week, and what came and went; filled by the next run

Revision ID: 0008
Revises: 0007
"""

from alembic import op
import sqlalchemy as sa

from migrations.columns import TEXT


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

def upgrade() -> None:
    op.create_table(
        'weekly_counts',
        sa.Column('week', sa.Date(), nullable=False),
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('role', TEXT, nullable=False),
        sa.Column('listed', sa.Integer(), nullable=False),
        sa.Column('births', sa.Integer(), nullable=True),
        sa.Column('reposts', sa.Integer(), nullable=True),
        sa.Column('entered', sa.Integer(), nullable=True),
        sa.Column('closures', sa.Integer(), nullable=True),
        sa.Column('pending', sa.Integer(), nullable=True),
        sa.Column('censored', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_weekly_counts_unit_id')),
        sa.PrimaryKeyConstraint('week', 'unit_id', 'role', name=op.f('pk_weekly_counts')),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table('weekly_counts')
    op.execute("DELETE FROM settings WHERE name = 'weekly_counts'")
