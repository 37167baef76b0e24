"""what a tagging asks for, in short; filled from its tags and facts; an index that has the role

Revision ID: 0007
Revises: 0006
"""

from collections import defaultdict
from typing import Any

from alembic import op
import sqlalchemy as sa

from migrations.columns import TEXT


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_ROWS = 5_000
_STRENGTH = {'required': 3, 'duty': 2, 'preferred': 1}
_TAGGINGS = sa.table('taggings', sa.column('id', sa.Integer), sa.column('facts', sa.JSON), sa.column('asked', TEXT))
_TAGS = sa.table(
    'tags', sa.column('tagging_id', sa.Integer), sa.column('tag', TEXT), sa.column('requirement', TEXT)
)


def upgrade() -> None:
    op.add_column('taggings', sa.Column('asked', TEXT, nullable=False, server_default=sa.text("';;;;;'")))
    connection = op.get_bind()
    own = _TAGGINGS.c
    change = sa.update(_TAGGINGS).where(own.id == sa.bindparam('of')).values(asked=sa.bindparam('said'))
    last = 0
    while True:
        after = sa.select(own.id, own.facts).where(own.id > last).order_by(own.id).limit(_ROWS)
        taggings = connection.execute(after).all()
        if not taggings:
            break
        first, last = taggings[0].id, taggings[-1].id
        tags: defaultdict[int, dict[str, str]] = defaultdict(dict)
        hits = sa.select(_TAGS).where(
            _TAGS.c.tagging_id.between(first, last), _TAGS.c.requirement != 'mentioned'
        )
        for tagging, tag, requirement in connection.execute(hits):
            present = tags[tagging].get(tag)
            if present is None or _STRENGTH[requirement] > _STRENGTH[present]:
                tags[tagging][tag] = requirement
        asked = [{'of': id, 'said': _asked(tags.get(id, {}), facts)} for id, facts in taggings]
        connection.execute(change, asked)
    op.create_index('ix_taggings_role', 'taggings', ['version_id', 'taxonomy_id', 'tagged_at', 'role'])


def _asked(tags: dict[str, str], facts: dict[str, Any]) -> str:
    families = [tags]
    for name in ('industries', 'languages', 'degree_specials'):
        families.append({one['id']: one['requirement'] for one in facts.get(name, ())})
    travel = facts.get('travel')
    told = [','.join(f'{id}:{level}' for id, level in sorted(of.items())) for of in families]
    required = [group for group in facts.get('alternatives', ()) if group['requirement'] == 'required']
    groups = {tuple(sorted(group['ids'])) for group in required}
    groups |= {(id,) for group in required for id in group['alone']}
    said = travel['requirement'] if travel and travel['often'] != 'none' else ''
    return ';'.join([*told, said, ','.join('|'.join(ids) for ids in sorted(groups))])


def downgrade() -> None:
    op.drop_index('ix_taggings_role', 'taggings')
    op.drop_column('taggings', 'asked')
