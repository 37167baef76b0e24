"""first schema

Revision ID: 0001
Revises: 
"""

from alembic import op
import sqlalchemy as sa

from migrations.columns import TEXT


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table('boards',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('family', TEXT, nullable=False),
    sa.Column('key', TEXT, nullable=False),
    sa.Column('name', TEXT, nullable=False),
    sa.Column('market', TEXT, nullable=False),
    sa.Column('multi_employer', sa.Boolean(), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('scope', TEXT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_boards')),
    sa.UniqueConstraint('family', 'key', name=op.f('uq_boards_family_key'))
    )
    op.create_table('companies',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', TEXT, nullable=False),
    sa.Column('name', TEXT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_companies')),
    sa.UniqueConstraint('key', name=op.f('uq_companies_key'))
    )
    op.create_table('settings',
    sa.Column('name', TEXT, nullable=False),
    sa.Column('value', TEXT, nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_settings'))
    )
    op.create_table('taxonomies',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version', TEXT, nullable=False),
    sa.Column('sha256', TEXT, nullable=False),
    sa.Column('in_force_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_taxonomies')),
    sa.UniqueConstraint('sha256', name=op.f('uq_taxonomies_sha256'))
    )
    op.create_table('runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', TEXT, nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('code_version', TEXT, nullable=False),
    sa.Column('taxonomy_id', sa.Integer(), nullable=True),
    sa.Column('notice', TEXT, nullable=False),
    sa.ForeignKeyConstraint(['taxonomy_id'], ['taxonomies.id'], name=op.f('fk_runs_taxonomy_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_runs'))
    )
    op.create_table('units',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('board_id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_units_board_id')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_units_company_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_units')),
    sa.UniqueConstraint('board_id', 'company_id', name=op.f('uq_units_board_id_company_id'))
    )
    with op.batch_alter_table('units', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_units_board_id'), ['board_id'], unique=False)

    op.create_table('breaks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('board_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('known_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', TEXT, nullable=False),
    sa.Column('note', TEXT, nullable=False),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_breaks_board_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_breaks_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_breaks'))
    )
    with op.batch_alter_table('breaks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_breaks_board_id'), ['board_id'], unique=False)

    op.create_table('fetches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('board_id', sa.Integer(), nullable=False),
    sa.Column('observed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('state', TEXT, nullable=False),
    sa.Column('reason', TEXT, nullable=False),
    sa.Column('scope', TEXT, nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('listed', sa.Integer(), nullable=False),
    sa.Column('kept', sa.Integer(), nullable=False),
    sa.Column('rejected', sa.Integer(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('digest', TEXT, nullable=False),
    sa.Column('ids', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['board_id'], ['boards.id'], name=op.f('fk_fetches_board_id')),
    sa.ForeignKeyConstraint(['run_id'], ['runs.id'], name=op.f('fk_fetches_run_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fetches')),
    sa.UniqueConstraint('board_id', 'observed_at', 'digest', name=op.f('uq_fetches_board_id_observed_at_digest'))
    )
    with op.batch_alter_table('fetches', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fetches_run_id'), ['run_id'], unique=False)
        batch_op.create_index('ix_fetches_week', ['week'], unique=False)

    op.create_table('postings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('family', TEXT, nullable=False),
    sa.Column('native_id', TEXT, nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('vacancy', TEXT, nullable=False),
    sa.Column('url', TEXT, nullable=False),
    sa.Column('market', TEXT, nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_postings_company_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_postings_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_postings')),
    sa.UniqueConstraint('family', 'native_id', name=op.f('uq_postings_family_native_id'))
    )
    with op.batch_alter_table('postings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_postings_unit_id'), ['unit_id'], unique=False)

    op.create_table('cells',
    sa.Column('fetch_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('epoch', sa.Integer(), nullable=False),
    sa.Column('state', TEXT, nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('listed', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['fetch_id'], ['fetches.id'], name=op.f('fk_cells_fetch_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_cells_unit_id')),
    sa.PrimaryKeyConstraint('fetch_id', 'unit_id', name=op.f('pk_cells'))
    )
    with op.batch_alter_table('cells', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cells_unit_id'), ['unit_id'], unique=False)

    op.create_table('spells',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('posting_id', sa.Integer(), nullable=False),
    sa.Column('kind', TEXT, nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('missed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', TEXT, nullable=False),
    sa.ForeignKeyConstraint(['posting_id'], ['postings.id'], name=op.f('fk_spells_posting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spells'))
    )
    with op.batch_alter_table('spells', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_spells_last_seen_at'), ['last_seen_at'], unique=False)
        batch_op.create_index('ix_spells_posting_id_opened_at', ['posting_id', 'opened_at'], unique=False)

    op.create_table('versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('posting_id', sa.Integer(), nullable=False),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content_hash', TEXT, nullable=False),
    sa.Column('title', TEXT, nullable=False),
    sa.Column('text', TEXT, nullable=False),
    sa.Column('salary_raw', TEXT, nullable=False),
    sa.Column('experience_raw', TEXT, nullable=False),
    sa.Column('education_raw', TEXT, nullable=False),
    sa.Column('places', sa.JSON(), nullable=False),
    sa.Column('countries', sa.JSON(), nullable=False),
    sa.Column('structured', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['posting_id'], ['postings.id'], name=op.f('fk_versions_posting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_versions'))
    )
    with op.batch_alter_table('versions', schema=None) as batch_op:
        batch_op.create_index('ix_versions_posting_id_first_seen_at', ['posting_id', 'first_seen_at'], unique=False)

    op.create_table('gaps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('spell_id', sa.Integer(), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('missed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('back_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['spell_id'], ['spells.id'], name=op.f('fk_gaps_spell_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gaps'))
    )
    with op.batch_alter_table('gaps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gaps_spell_id'), ['spell_id'], unique=False)

    op.create_table('sightings',
    sa.Column('fetch_id', sa.Integer(), nullable=False),
    sa.Column('spell_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['fetch_id'], ['fetches.id'], name=op.f('fk_sightings_fetch_id')),
    sa.ForeignKeyConstraint(['spell_id'], ['spells.id'], name=op.f('fk_sightings_spell_id')),
    sa.PrimaryKeyConstraint('fetch_id', 'spell_id', name=op.f('pk_sightings'))
    )
    with op.batch_alter_table('sightings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sightings_spell_id'), ['spell_id'], unique=False)

    op.create_table('taggings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('taxonomy_id', sa.Integer(), nullable=False),
    sa.Column('role', TEXT, nullable=False),
    sa.Column('lang', TEXT, nullable=False),
    sa.Column('classic', sa.Double(), nullable=False),
    sa.Column('genai', sa.Double(), nullable=False),
    sa.Column('years_min', sa.Double(), nullable=True),
    sa.Column('years_max', sa.Double(), nullable=True),
    sa.Column('years_requirement', TEXT, nullable=True),
    sa.Column('ai_years_min', sa.Double(), nullable=True),
    sa.Column('ai_years_max', sa.Double(), nullable=True),
    sa.Column('ai_years_requirement', TEXT, nullable=True),
    sa.Column('education', TEXT, nullable=True),
    sa.Column('education_requirement', TEXT, nullable=True),
    sa.Column('workplace', TEXT, nullable=True),
    sa.Column('salary_min', sa.Double(), nullable=True),
    sa.Column('salary_max', sa.Double(), nullable=True),
    sa.Column('salary_currency', TEXT, nullable=True),
    sa.Column('salary_period', TEXT, nullable=True),
    sa.Column('salary_months', sa.Double(), nullable=True),
    sa.Column('proof', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['taxonomy_id'], ['taxonomies.id'], name=op.f('fk_taggings_taxonomy_id')),
    sa.ForeignKeyConstraint(['version_id'], ['versions.id'], name=op.f('fk_taggings_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_taggings')),
    sa.UniqueConstraint('version_id', 'taxonomy_id', name=op.f('uq_taggings_version_id_taxonomy_id'))
    )
    with op.batch_alter_table('taggings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_taggings_taxonomy_id'), ['taxonomy_id'], unique=False)

    op.create_table('tags',
    sa.Column('tagging_id', sa.Integer(), nullable=False),
    sa.Column('fine', TEXT, nullable=False),
    sa.Column('tag', TEXT, nullable=False),
    sa.Column('requirement', TEXT, nullable=False),
    sa.Column('zone', TEXT, nullable=False),
    sa.Column('field', TEXT, nullable=False),
    sa.Column('quote', TEXT, nullable=False),
    sa.Column('start', sa.Integer(), nullable=True),
    sa.Column('end', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['tagging_id'], ['taggings.id'], name=op.f('fk_tags_tagging_id')),
    sa.PrimaryKeyConstraint('tagging_id', 'fine', name=op.f('pk_tags'))
    )



def downgrade() -> None:

    op.drop_table('tags')
    with op.batch_alter_table('taggings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_taggings_taxonomy_id'))

    op.drop_table('taggings')
    with op.batch_alter_table('sightings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sightings_spell_id'))

    op.drop_table('sightings')
    with op.batch_alter_table('gaps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gaps_spell_id'))

    op.drop_table('gaps')
    with op.batch_alter_table('versions', schema=None) as batch_op:
        batch_op.drop_index('ix_versions_posting_id_first_seen_at')

    op.drop_table('versions')
    with op.batch_alter_table('spells', schema=None) as batch_op:
        batch_op.drop_index('ix_spells_posting_id_opened_at')
        batch_op.drop_index(batch_op.f('ix_spells_last_seen_at'))

    op.drop_table('spells')
    with op.batch_alter_table('cells', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cells_unit_id'))

    op.drop_table('cells')
    with op.batch_alter_table('postings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_postings_unit_id'))

    op.drop_table('postings')
    with op.batch_alter_table('fetches', schema=None) as batch_op:
        batch_op.drop_index('ix_fetches_week')
        batch_op.drop_index(batch_op.f('ix_fetches_run_id'))

    op.drop_table('fetches')
    with op.batch_alter_table('breaks', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_breaks_board_id'))

    op.drop_table('breaks')
    with op.batch_alter_table('units', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_units_board_id'))

    op.drop_table('units')
    op.drop_table('runs')
    op.drop_table('taxonomies')
    op.drop_table('settings')
    op.drop_table('companies')
    op.drop_table('boards')

