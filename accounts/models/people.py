"""Who holds an account, as the holder said it: contact, identity, disclosures, trusted contact."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.auditing import Audited
from accounts.choices import EmploymentSector, EmploymentStatus, FundingSource, TaxIdType, VisaType
from accounts.models.accounts import Account
from accounts.sealing import seal, unseal

LINE = 200
PLACE = 50


class Contact(models.Model):
    """How the holder is reached (contract/accounts.md 2.1.1)."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="contact")
    email_address = models.CharField(max_length=320)
    phone_number = models.CharField(max_length=40, blank=True)
    street_address = ArrayField(models.CharField(max_length=LINE))
    unit = models.CharField(max_length=LINE, blank=True)
    city = models.CharField(max_length=LINE)
    state = models.CharField(max_length=PLACE, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    country = models.CharField(max_length=3, blank=True)
    local_street_address = models.CharField(max_length=LINE, blank=True)
    local_unit = models.CharField(max_length=LINE, blank=True)
    local_city = models.CharField(max_length=LINE, blank=True)
    local_state = models.CharField(max_length=LINE, blank=True)

    class Meta:
        triggers = [Audited()]

    def __str__(self) -> str:
        return self.email_address


class Identity(models.Model):
    """Who the holder is (contract 2.1.2), without the suitability answers.

    Tax id and date of birth are kept sealed for this account (RK-10). The tax id has a keyed
    digest to find it by and its last four characters to show; it is never printed, returned or
    logged. The date of birth opens where it is needed: on the wire, and for the age.
    """

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="identity")
    given_name = models.CharField(max_length=LINE)
    middle_name = models.CharField(max_length=LINE, blank=True)
    family_name = models.CharField(max_length=LINE)
    local_given_name = models.CharField(max_length=LINE, blank=True)
    local_middle_name = models.CharField(max_length=LINE, blank=True)
    local_family_name = models.CharField(max_length=LINE, blank=True)
    date_of_birth_sealed = models.BinaryField()
    tax_id_sealed = models.BinaryField(null=True)
    tax_id_digest = models.CharField(max_length=64, blank=True)
    tax_id_last_four = models.CharField(max_length=4, blank=True)
    tax_id_type = models.CharField(max_length=20, choices=TaxIdType.choices)  # type: ignore[attr-defined]
    country_of_citizenship = models.CharField(max_length=3, blank=True)
    country_of_birth = models.CharField(max_length=3, blank=True)
    country_of_tax_residence = models.CharField(max_length=3)
    visa_type = models.CharField(max_length=5, choices=VisaType, blank=True)
    visa_expiration_date = models.DateField(null=True)
    date_of_departure_from_usa = models.DateField(null=True)
    permanent_resident = models.BooleanField(null=True)
    funding_source = ArrayField(models.CharField(max_length=20, choices=FundingSource))

    class Meta:
        indexes = [
            models.Index(fields=["tax_id_digest"], condition=~Q(tax_id_digest=""), name="identities_by_tax_id"),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"identity of {self.account_id}"

    @property
    def date_of_birth(self) -> date:
        """Open the date of birth."""
        return date.fromisoformat(unseal(bytes(self.date_of_birth_sealed), account_id=self.account_id).decode())

    @date_of_birth.setter
    def date_of_birth(self, day: date) -> None:
        """Seal the date of birth for the account that the row belongs to; the same day stays as it is."""
        if self.date_of_birth_sealed and self.date_of_birth == day:
            return
        self.date_of_birth_sealed = seal(day.isoformat().encode(), account_id=self.account_id)


class Disclosures(models.Model):
    """What the holder disclosed, and the details of it (contract 2.1.3)."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="disclosures")
    is_control_person = models.BooleanField()
    is_affiliated_exchange_or_finra = models.BooleanField()
    is_politically_exposed = models.BooleanField()
    immediate_family_exposed = models.BooleanField()
    employment_status = models.CharField(max_length=12, choices=EmploymentStatus, blank=True)
    employer_name = models.CharField(max_length=LINE, blank=True)
    employer_address = models.CharField(max_length=LINE, blank=True)
    employment_position = models.CharField(max_length=LINE, blank=True)
    employment_sector = models.CharField(max_length=24, choices=EmploymentSector, blank=True)
    context = models.JSONField(default=list, blank=True)

    class Meta:
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"disclosures of {self.account_id}"


class TrustedContact(models.Model):
    """Whom to ask when the holder cannot be reached (contract 2.1.6, FINRA 4512)."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="trusted_contact")
    given_name = models.CharField(max_length=LINE)
    family_name = models.CharField(max_length=LINE)
    email_address = models.CharField(max_length=320, blank=True)
    phone_number = models.CharField(max_length=40, blank=True)
    street_address = ArrayField(models.CharField(max_length=LINE), default=list, blank=True)
    city = models.CharField(max_length=LINE, blank=True)
    state = models.CharField(max_length=PLACE, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(email_address="") | ~Q(phone_number="") | Q(street_address__len__gt=0),
                name="a_trusted_contact_can_be_reached",
            ),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"trusted contact of {self.account_id}"
