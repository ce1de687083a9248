"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "registrations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("founded_by", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=True),
        sa.Column("ended", sa.Integer(), nullable=True),
        sa.Column("delete_by", sa.Integer(), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("profile", "person", name="one_registration_per_person"),
    )
    op.create_table(
        "rights_requests",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("rights_jkt", sa.String(length=64), nullable=False),
        sa.Column("jti", sa.String(length=128), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.String(length=16), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("consequence", sa.String(length=64), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("remove_after", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rights_jkt", "jti", name="one_answer_per_request"),
    )
    op.create_index(
        op.f("ix_rights_requests_rights_jkt"), "rights_requests", ["rights_jkt"], unique=False
    )
    op.create_table(
        "transactions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=True),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False),
        sa.Column("device", sa.String(length=8), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("expires", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=True),
        sa.Column("secrets_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("rule", sa.String(length=64), nullable=True),
        sa.Column("disclosure", sa.String(length=64), nullable=True),
        sa.Column("registration", sa.String(length=64), nullable=True),
        sa.Column("return_code", sa.String(length=64), nullable=True),
        sa.Column("confirm_code", sa.String(length=64), nullable=True),
        sa.Column("confirm_until", sa.Integer(), nullable=True),
        sa.Column("confirm_tries", sa.Integer(), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kid"),
        sa.UniqueConstraint("return_code"),
    )
    op.create_index(op.f("ix_transactions_expires"), "transactions", ["expires"], unique=False)
    op.create_index(op.f("ix_transactions_owner"), "transactions", ["owner"], unique=False)
    op.create_index(op.f("ix_transactions_session"), "transactions", ["session"], unique=False)
    op.create_table(
        "disclosures",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("jti", sa.String(length=64), nullable=True),
        sa.Column("rights_jkt", sa.String(length=64), nullable=True),
        sa.Column("profile", sa.String(length=64), nullable=True),
        sa.Column("received", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("rule", sa.String(length=64), nullable=True),
        sa.Column("checks", sa.JSON(), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=True),
        sa.Column("values_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("registration", sa.String(length=64), nullable=True),
        sa.Column("retention", sa.JSON(), nullable=True),
        sa.Column("delete_by", sa.Integer(), nullable=True),
        sa.Column("receipt_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("receipt_until", sa.Integer(), nullable=True),
        sa.Column("erased", sa.Integer(), nullable=True),
        sa.Column("remove_after", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration"],
            ["registrations.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("jti"),
        sa.UniqueConstraint("rights_jkt"),
    )
    op.create_index(
        op.f("ix_disclosures_registration"), "disclosures", ["registration"], unique=False
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_disclosures_registration"), table_name="disclosures")
    op.drop_table("disclosures")
    op.drop_index(op.f("ix_transactions_session"), table_name="transactions")
    op.drop_index(op.f("ix_transactions_owner"), table_name="transactions")
    op.drop_index(op.f("ix_transactions_expires"), table_name="transactions")
    op.drop_table("transactions")
    op.drop_index(op.f("ix_rights_requests_rights_jkt"), table_name="rights_requests")
    op.drop_table("rights_requests")
    op.drop_table("registrations")
