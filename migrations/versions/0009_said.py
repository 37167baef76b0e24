"""what else a tagging says, in short; filled from postings, versions and its own columns

Revision ID: 0009
Revises: 0008
"""

from typing import Any

from alembic import op
import sqlalchemy as sa

from migrations.columns import TEXT


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

_ROWS = 5_000
_UNDERSTOOD = (
    *('lang', 'years_min', 'years_max', 'years_requirement', 'ai_years_min', 'ai_years_requirement'),
    *('education', 'education_requirement', 'workplace', 'title_label', 'body_label', 'pipeline_share'),
)
_PAY = ('salary_min', 'salary_max', 'salary_currency', 'salary_period', 'salary_months')
_POSTINGS = sa.table('postings', *map(sa.column, ('id', 'market')))
_VERSIONS = sa.table(
    'versions',
    *map(sa.column, ('id', 'posting_id', 'text')),
    *(sa.column(name, sa.JSON) for name in ('places', 'countries', 'structured')),
)
_PLACES, _COUNTRIES = (sa.cast(_VERSIONS.c[name], sa.Text).label(name) for name in ('places', 'countries'))
_TAGGINGS = sa.table('taggings', *map(sa.column, ('id', 'version_id', *_UNDERSTOOD, *_PAY)), sa.column('said', TEXT))
_ROLE = 'ix_taggings_role'


def upgrade() -> None:
    op.add_column('taggings', sa.Column('said', TEXT, nullable=False, server_default=sa.text("''")))
    # The first stores of revision 0007 were made without it.
    op.create_index(_ROLE, 'taggings', ['version_id', 'taxonomy_id', 'tagged_at', 'role'], if_not_exists=True)
    connection = op.get_bind()
    posting, version, own = _POSTINGS.c, _VERSIONS.c, _TAGGINGS.c
    change = sa.update(_TAGGINGS).where(own.id == sa.bindparam('of')).values(said=sa.bindparam('short'))
    rows = (
        sa.select(posting.market, (version.text != '').label('has_text'), version.structured)
        .add_columns(_PLACES, _COUNTRIES, own.id, *(own[name] for name in (*_UNDERSTOOD, *_PAY)))
        .join_from(_TAGGINGS, _VERSIONS, version.id == own.version_id)
        .join(_POSTINGS, posting.id == version.posting_id)
        .order_by(own.id)
        .limit(_ROWS)
    )
    last = 0
    while taggings := connection.execute(rows.where(own.id > last)).all():
        last = taggings[-1].id
        connection.execute(change, [{'of': row.id, 'short': _said(row)} for row in taggings])


def _said(row: Any) -> str:
    whole = row.has_text and row.structured.get('text_cut') is not True
    origin = (row.market, '1' if whole else '', row.places, row.countries)
    understood = ([_plain(getattr(row, name)) for name in line] for line in (_UNDERSTOOD, _PAY))
    return '\n'.join('\t'.join(line) for line in (origin, *understood))


def _plain(value: Any) -> str:
    if value is None:
        return ''
    return str(int(value) if isinstance(value, float) and value == int(value) else value)


def downgrade() -> None:
    op.drop_column('taggings', 'said')
