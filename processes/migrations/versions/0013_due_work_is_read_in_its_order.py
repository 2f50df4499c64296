"""Due work is read in its order, also before the database has counted its rows.

Revision: 0013; follows 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("engine_job", schema=None) as batch_op:
        batch_op.drop_index("ix_engine_job_state_due_at")
        batch_op.create_index(
            "ix_engine_job_due_at",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state != 'stopped'"),
            postgresql_where=sa.text("state != 'stopped'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("engine_job", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_engine_job_due_at",
            sqlite_where=sa.text("state != 'stopped'"),
            postgresql_where=sa.text("state != 'stopped'"),
        )
        batch_op.create_index("ix_engine_job_state_due_at", ["state", "due_at"], unique=False)
