"""Published copies of opinions have versions.

Revision: 0007; follows 0006.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy_utc import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("municipality_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("feedback_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("of_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("prepared_by", sa.String(), nullable=False),
        sa.Column("prepared_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("taken_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "feedback_id"],
            ["feedback.municipality_id", "feedback.id"],
            name=op.f("fk_publication_municipality_id_feedback_id"),
        ),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_publication")),
    )
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publication_feedback_id"), ["feedback_id"], unique=False)
        batch_op.create_index(
            "ix_publication_waiting",
            ["municipality_id", "prepared_at"],
            unique=False,
            sqlite_where=sa.text("state = 'prepared'"),
            postgresql_where=sa.text("state = 'prepared'"),
        )

    op.create_table(
        "file_copy",
        sa.Column("municipality_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("publication_id", sa.String(), nullable=False),
        sa.Column("attachment_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "publication_id"],
            ["publication.municipality_id", "publication.id"],
            name=op.f("fk_file_copy_municipality_id_publication_id"),
        ),
        sa.PrimaryKeyConstraint("municipality_id", "id", name=op.f("pk_file_copy")),
    )
    with op.batch_alter_table("file_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_copy_publication_id"), ["publication_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("file_copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_copy_publication_id"))

    op.drop_table("file_copy")
    with op.batch_alter_table("publication", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_publication_waiting",
            sqlite_where=sa.text("state = 'prepared'"),
            postgresql_where=sa.text("state = 'prepared'"),
        )
        batch_op.drop_index(batch_op.f("ix_publication_feedback_id"))

    op.drop_table("publication")
