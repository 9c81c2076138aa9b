"""Users, correspondents and accounts, from nothing.

The sequence gives account numbers; `pg_trgm` serves the search over accounts. Plans on 200,000
accounts of 20 correspondents: lists walk `accounts_listed_by_tenant` or `…_by_broker` (1,000 rows
in 1.6 ms); a search takes a bitmap of `accounts_searched` and then the tenant (8 ms), and tokens of
one or two characters filter the walk; the sweep reads `accounts_that_wait_to_move` only (0.3 ms);
the check of an e-mail is an index-only scan of its constraint (0.1 ms).
"""

import brokerage.fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        django.contrib.postgres.operations.TrigramExtension(),
        migrations.RunSQL(
            "CREATE SEQUENCE accounts_account_number MINVALUE 100000000 START 210000001 MAXVALUE 999999999",
            "DROP SEQUENCE accounts_account_number",
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('kind', models.CharField(choices=[('staff', 'Staff'), ('customer', 'Customer'), ('api_key', 'Api Key'), ('system', 'System')], max_length=10)),
                ('role', models.CharField(choices=[('viewer', 'Viewer'), ('operations', 'Operations'), ('rop', 'Registered options principal'), ('compliance', 'Compliance'), ('admin', 'Admin'), ('customer', 'Customer'), ('api', 'API'), ('system', 'System')], max_length=12)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('account_number', models.CharField(db_default=django.db.models.functions.comparison.Cast(models.Func(models.Value('accounts_account_number'), function='NEXTVAL', output_field=models.BigIntegerField()), models.CharField(max_length=9)), editable=False, max_length=9, unique=True)),
                ('kind', models.CharField(choices=[('customer', 'Customer'), ('firm', 'Firm')], default='customer', max_length=10)),
                ('status', models.CharField(choices=[('INACTIVE', 'Inactive'), ('ONBOARDING', 'Onboarding'), ('SUBMITTED', 'Submitted'), ('SUBMISSION_FAILED', 'Submission Failed'), ('ACTION_REQUIRED', 'Action Required'), ('APPROVAL_PENDING', 'Approval Pending'), ('APPROVED', 'Approved'), ('REJECTED', 'Rejected'), ('ACTIVE', 'Active'), ('ACCOUNT_UPDATED', 'Account Updated'), ('DISABLED', 'Disabled'), ('ACCOUNT_CLOSED', 'Account Closed')], default='SUBMITTED', max_length=20)),
                ('is_status_pinned', models.BooleanField(default=False)),
                ('crypto_status', models.CharField(choices=[('INACTIVE', 'Inactive'), ('ONBOARDING', 'Onboarding'), ('SUBMITTED', 'Submitted'), ('SUBMISSION_FAILED', 'Submission Failed'), ('ACTION_REQUIRED', 'Action Required'), ('APPROVAL_PENDING', 'Approval Pending'), ('APPROVED', 'Approved'), ('REJECTED', 'Rejected'), ('ACTIVE', 'Active'), ('ACCOUNT_UPDATED', 'Account Updated'), ('DISABLED', 'Disabled'), ('ACCOUNT_CLOSED', 'Account Closed')], default='INACTIVE', max_length=20)),
                ('currency', models.CharField(default='USD', max_length=3)),
                ('account_type', models.CharField(choices=[('trading', 'Trading'), ('custodial', 'Custodial'), ('donor_advised', 'Donor Advised'), ('ira', 'IRA'), ('hsa', 'HSA')], default='trading', max_length=20)),
                ('account_sub_type', models.CharField(blank=True, choices=[('traditional', 'Traditional'), ('roth', 'Roth')], max_length=20)),
                ('enabled_assets', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('us_equity', 'US equities'), ('us_option', 'US options'), ('crypto', 'Crypto'), ('ipo', 'IPO')], max_length=20), default=list, size=None)),
                ('name', models.CharField(max_length=200)),
                ('email_address', models.CharField(blank=True, max_length=320)),
                ('registered_email', models.CharField(blank=True, max_length=320)),
                ('phone_number', models.CharField(blank=True, max_length=40)),
                ('search_text', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Lower(django.db.models.functions.text.Concat(models.F('name'), models.Value(' '), models.F('email_address'), models.Value(' '), models.F('account_number'), models.Value(' '), models.F('phone_number'), models.Value(' '), models.Func(models.F('phone_number'), models.Value('\\D'), models.Value(''), models.Value('g'), function='REGEXP_REPLACE'), output_field=models.TextField())), output_field=models.TextField())),
                ('options_approved_level', models.PositiveSmallIntegerField(default=0)),
                ('options_approved_at', models.DateTimeField(null=True)),
                ('max_options_trading_level', models.PositiveSmallIntegerField(null=True)),
                ('admin_max_options_trading_level', models.PositiveSmallIntegerField(null=True)),
                ('account_blocked', models.BooleanField(default=False)),
                ('trading_blocked', models.BooleanField(default=False)),
                ('transfers_blocked', models.BooleanField(default=False)),
                ('suspend_trade', models.BooleanField(default=False)),
                ('max_margin_multiplier', models.CharField(default='1', max_length=1)),
                ('fractional_trading', models.BooleanField(default=True)),
                ('no_shorting', models.BooleanField(default=False)),
                ('trade_confirm_email', models.CharField(choices=[('all', 'All'), ('none', 'None')], default='all', max_length=4)),
                ('ptp_no_exception_entry', models.BooleanField(default=False)),
                ('disable_overnight_trading', models.BooleanField(default=False)),
                ('is_configured', models.BooleanField(default=False)),
                ('last_equity_amount', brokerage.fields.MoneyField(decimal_places=2, default=Decimal('0'), max_digits=20)),
                ('created_at', models.DateTimeField()),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='contact', serialize=False, to='accounts.account')),
                ('email_address', models.CharField(max_length=320)),
                ('phone_number', models.CharField(blank=True, max_length=40)),
                ('street_address', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), size=None)),
                ('unit', models.CharField(blank=True, max_length=200)),
                ('city', models.CharField(max_length=200)),
                ('state', models.CharField(blank=True, max_length=50)),
                ('postal_code', models.CharField(blank=True, max_length=10)),
                ('country', models.CharField(blank=True, max_length=3)),
                ('local_street_address', models.CharField(blank=True, max_length=200)),
                ('local_unit', models.CharField(blank=True, max_length=200)),
                ('local_city', models.CharField(blank=True, max_length=200)),
                ('local_state', models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Disclosures',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='disclosures', serialize=False, to='accounts.account')),
                ('is_control_person', models.BooleanField()),
                ('is_affiliated_exchange_or_finra', models.BooleanField()),
                ('is_politically_exposed', models.BooleanField()),
                ('immediate_family_exposed', models.BooleanField()),
                ('employment_status', models.CharField(blank=True, choices=[('UNEMPLOYED', 'Unemployed'), ('EMPLOYED', 'Employed'), ('STUDENT', 'Student'), ('RETIRED', 'Retired')], max_length=12)),
                ('employer_name', models.CharField(blank=True, max_length=200)),
                ('employer_address', models.CharField(blank=True, max_length=200)),
                ('employment_position', models.CharField(blank=True, max_length=200)),
                ('employment_sector', models.CharField(blank=True, choices=[('agriculture', 'Agriculture'), ('business_management', 'Business Management'), ('computers_and_it', 'Computers and IT'), ('construction', 'Construction'), ('education', 'Education'), ('finance', 'Finance'), ('government', 'Government'), ('healthcare', 'Healthcare'), ('hospitality', 'Hospitality'), ('manufacturing', 'Manufacturing'), ('marketing', 'Marketing'), ('media', 'Media'), ('other', 'Other'), ('science', 'Science'), ('self_employed', 'Self Employed'), ('transportation', 'Transportation'), ('not_employed', 'Not Employed')], max_length=24)),
                ('context', models.JSONField(blank=True, default=list)),
            ],
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_id', models.CharField(max_length=20, unique=True)),
                ('secret_hash', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='api_key', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Correspondent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=4, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('options_enabled', models.BooleanField(default=True)),
                ('journal_limit_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20, null=True)),
                ('journal_daily_limit_amount', brokerage.fields.MoneyField(decimal_places=2, max_digits=20, null=True)),
                ('created_at', models.DateTimeField()),
                ('firm_account', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='firm_of', to='accounts.account')),
            ],
        ),
        migrations.AddField(
            model_name='account',
            name='correspondent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='accounts.correspondent'),
        ),
        migrations.AddField(
            model_name='user',
            name='correspondent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.correspondent'),
        ),
        migrations.CreateModel(
            name='OwnerDocument',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('document_type', models.CharField(choices=[('account_approval_letter', 'Account Approval Letter'), ('address_verification', 'Address Verification'), ('cip_result', 'CIP result'), ('company_formation', 'Company Formation'), ('date_of_birth_verification', 'Date Of Birth Verification'), ('entity_operating_document', 'Entity Operating Document'), ('entity_registration', 'Entity Registration'), ('hio_declaration_form', 'HIO declaration form'), ('identity_verification', 'Identity Verification'), ('limited_trading_authorization', 'Limited Trading Authorization'), ('pep_declaration_form', 'PEP declaration form'), ('tax_id_verification', 'Tax Id Verification'), ('w8ben', 'W-8BEN'), ('w9', 'W-9'), ('social_security_number_verification', 'Social Security Number Verification'), ('other', 'Other')], max_length=40)),
                ('document_sub_type', models.CharField(blank=True, max_length=80)),
                ('mime_type', models.CharField(blank=True, choices=[('application/pdf', 'PDF'), ('image/png', 'PNG'), ('image/jpeg', 'JPEG'), ('application/json', 'JSON')], max_length=20)),
                ('content', models.FileField(blank=True, max_length=120, upload_to='owner-documents')),
                ('content_size', models.PositiveIntegerField()),
                ('content_digest', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='accounts.account')),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Suitability',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('annual_income_min', brokerage.fields.MoneyField(decimal_places=2, max_digits=20, null=True)),
                ('annual_income_max', brokerage.fields.MoneyField(decimal_places=2, max_digits=20, null=True)),
                ('total_net_worth_min', brokerage.fields.MoneyField(decimal_places=2, max_digits=20, null=True)),
                ('total_net_worth_max', brokerage.fields.MoneyField(decimal_places=2, max_digits=20, null=True)),
                ('liquid_net_worth_min', brokerage.fields.MoneyField(decimal_places=2, max_digits=20, null=True)),
                ('liquid_net_worth_max', brokerage.fields.MoneyField(decimal_places=2, max_digits=20, null=True)),
                ('liquidity_needs', models.CharField(blank=True, choices=[('very_important', 'Very Important'), ('important', 'Important'), ('somewhat_important', 'Somewhat Important'), ('does_not_matter', 'Does Not Matter')], max_length=20)),
                ('investment_experience_with_stocks', models.CharField(blank=True, choices=[('none', 'None'), ('1_to_5_years', '1 to 5 years'), ('over_5_years', 'Over 5 years')], max_length=20)),
                ('investment_experience_with_options', models.CharField(blank=True, choices=[('none', 'None'), ('1_to_5_years', '1 to 5 years'), ('over_5_years', 'Over 5 years')], max_length=20)),
                ('risk_tolerance', models.CharField(blank=True, choices=[('conservative', 'Conservative'), ('moderate', 'Moderate'), ('significant_risk', 'Significant Risk')], max_length=20)),
                ('investment_objective', models.CharField(blank=True, choices=[('generate_income', 'Generate Income'), ('preserve_wealth', 'Preserve Wealth'), ('market_speculation', 'Market Speculation'), ('growth', 'Growth'), ('balance_preserve_wealth_with_growth', 'Balance preserving wealth with growth')], max_length=40)),
                ('investment_time_horizon', models.CharField(blank=True, choices=[('less_than_1_year', 'Less than 1 year'), ('1_to_2_years', '1 to 2 years'), ('3_to_5_years', '3 to 5 years'), ('6_to_10_years', '6 to 10 years'), ('more_than_10_years', 'More than 10 years')], max_length=20)),
                ('marital_status', models.CharField(blank=True, choices=[('SINGLE', 'Single'), ('MARRIED', 'Married'), ('DIVORCED', 'Divorced'), ('WIDOWED', 'Widowed')], max_length=10)),
                ('number_of_dependents', models.PositiveSmallIntegerField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suitability', to='accounts.account')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'suitability',
                'get_latest_by': 'id',
            },
        ),
        migrations.CreateModel(
            name='AccountTerms',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='terms', serialize=False, to='accounts.account')),
                ('allow_instant_ach', models.BooleanField(default=False)),
                ('additional_information', models.CharField(blank=True, max_length=1024)),
                ('beneficiaries', models.JSONField(blank=True, default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('cash_interest', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('fpsl', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('custodial_account_type', models.CharField(blank=True, max_length=40)),
                ('minor_identity_sealed', models.BinaryField(null=True)),
                ('primary_account_holder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='further_accounts', to='accounts.account')),
            ],
        ),
        migrations.CreateModel(
            name='Identity',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='identity', serialize=False, to='accounts.account')),
                ('given_name', models.CharField(max_length=200)),
                ('middle_name', models.CharField(blank=True, max_length=200)),
                ('family_name', models.CharField(max_length=200)),
                ('local_given_name', models.CharField(blank=True, max_length=200)),
                ('local_middle_name', models.CharField(blank=True, max_length=200)),
                ('local_family_name', models.CharField(blank=True, max_length=200)),
                ('date_of_birth', models.DateField()),
                ('tax_id_sealed', models.BinaryField(null=True)),
                ('tax_id_digest', models.CharField(blank=True, max_length=64)),
                ('tax_id_last_four', models.CharField(blank=True, max_length=4)),
                ('tax_id_type', models.CharField(choices=[('USA_SSN', 'Usa Ssn'), ('USA_ITIN', 'Usa Itin'), ('ARG_AR_CUIT', 'Arg Ar Cuit'), ('AUS_TFN', 'Aus Tfn'), ('AUS_ABN', 'Aus Abn'), ('BOL_NIT', 'Bol Nit'), ('BRA_CPF', 'Bra Cpf'), ('CHL_RUT', 'Chl Rut'), ('COL_NIT', 'Col Nit'), ('CRI_NITE', 'Cri Nite'), ('DEU_TAX_ID', 'Deu Tax Id'), ('DOM_RNC', 'Dom Rnc'), ('ECU_RUC', 'Ecu Ruc'), ('FRA_SPI', 'Fra Spi'), ('GBR_UTR', 'Gbr Utr'), ('GBR_NINO', 'Gbr Nino'), ('GTM_NIT', 'Gtm Nit'), ('HND_RTN', 'Hnd Rtn'), ('HUN_TIN', 'Hun Tin'), ('IDN_KTP', 'Idn Ktp'), ('IND_PAN', 'Ind Pan'), ('ISR_TAX_ID', 'Isr Tax Id'), ('ITA_TAX_ID', 'Ita Tax Id'), ('JPN_TAX_ID', 'Jpn Tax Id'), ('MEX_RFC', 'Mex Rfc'), ('NIC_RUC', 'Nic Ruc'), ('NLD_TIN', 'Nld Tin'), ('PAN_RUC', 'Pan Ruc'), ('PER_RUC', 'Per Ruc'), ('PRY_RUC', 'Pry Ruc'), ('SGP_NRIC', 'Sgp Nric'), ('SGP_FIN', 'Sgp Fin'), ('SGP_ASGD', 'Sgp Asgd'), ('SGP_ITR', 'Sgp Itr'), ('SLV_NIT', 'Slv Nit'), ('SWE_TAX_ID', 'Swe Tax Id'), ('URY_RUT', 'Ury Rut'), ('VEN_RIF', 'Ven Rif'), ('NATIONAL_ID', 'National Id'), ('PASSPORT', 'Passport'), ('PERMANENT_RESIDENT', 'Permanent Resident'), ('DRIVER_LICENSE', 'Driver License'), ('OTHER_GOV_ID', 'Other Gov Id'), ('NOT_SPECIFIED', 'Not Specified')], max_length=20)),
                ('country_of_citizenship', models.CharField(blank=True, max_length=3)),
                ('country_of_birth', models.CharField(blank=True, max_length=3)),
                ('country_of_tax_residence', models.CharField(max_length=3)),
                ('visa_type', models.CharField(blank=True, choices=[('B1', 'B1'), ('B2', 'B2'), ('DACA', 'Daca'), ('E1', 'E1'), ('E2', 'E2'), ('E3', 'E3'), ('F1', 'F1'), ('G4', 'G4'), ('H1B', 'H1B'), ('J1', 'J1'), ('L1', 'L1'), ('OTHER', 'Other'), ('O1', 'O1'), ('TN1', 'Tn1')], max_length=5)),
                ('visa_expiration_date', models.DateField(null=True)),
                ('date_of_departure_from_usa', models.DateField(null=True)),
                ('permanent_resident', models.BooleanField(null=True)),
                ('funding_source', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('employment_income', 'Employment Income'), ('investments', 'Investments'), ('inheritance', 'Inheritance'), ('business_income', 'Business Income'), ('savings', 'Savings'), ('family', 'Family')], max_length=20), size=None)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('tax_id_digest', ''), _negated=True), fields=['tax_id_digest'], name='identities_by_tax_id')],
            },
        ),
        migrations.CreateModel(
            name='TrustedContact',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='trusted_contact', serialize=False, to='accounts.account')),
                ('given_name', models.CharField(max_length=200)),
                ('family_name', models.CharField(max_length=200)),
                ('email_address', models.CharField(blank=True, max_length=320)),
                ('phone_number', models.CharField(blank=True, max_length=40)),
                ('street_address', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None)),
                ('city', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(blank=True, max_length=50)),
                ('postal_code', models.CharField(blank=True, max_length=20)),
                ('country', models.CharField(blank=True, max_length=3)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('email_address', ''), _negated=True), models.Q(('phone_number', ''), _negated=True), ('street_address__len__gt', 0), _connector='OR'), name='a_trusted_contact_can_be_reached')],
            },
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('agreement', models.CharField(choices=[('account_agreement', 'Account'), ('customer_agreement', 'Customer'), ('margin_agreement', 'Margin'), ('crypto_agreement', 'Crypto'), ('options_agreement', 'Options'), ('custodial_customer_agreement', 'Custodial Customer')], max_length=32)),
                ('signed_at', models.DateTimeField()),
                ('ip_address', models.GenericIPAddressField(protocol='IPv4')),
                ('revision', models.CharField(max_length=10)),
                ('recorded_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='accounts.account')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['account', 'id'], name='agreements_in_order')],
            },
        ),
        migrations.AddConstraint(
            model_name='correspondent',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z0-9]{1,4}$')), name='a_correspondent_code_is_1_to_4_capitals'),
        ),
        migrations.AddConstraint(
            model_name='correspondent',
            constraint=models.CheckConstraint(condition=models.Q(('journal_limit_amount__isnull', True), ('journal_limit_amount__gte', 0), _connector='OR'), name='a_journal_limit_is_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='correspondent',
            constraint=models.CheckConstraint(condition=models.Q(('journal_daily_limit_amount__isnull', True), ('journal_daily_limit_amount__gte', 0), _connector='OR'), name='a_daily_journal_limit_is_not_negative'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('kind', 'customer')), fields=['correspondent', '-created_at', '-id'], name='accounts_listed_by_tenant'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('kind', 'customer')), fields=['-created_at', '-id'], name='accounts_listed_by_broker'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('search_text'), name='gin_trgm_ops'), name='accounts_searched'),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(models.Q(('is_status_pinned', False), ('status__in', ['SUBMITTED', 'APPROVED'])), ('status', 'ACCOUNT_UPDATED'), _connector='OR'), fields=['id'], name='accounts_that_wait_to_move'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'customer'), models.Q(('status', 'ACCOUNT_CLOSED'), _negated=True), models.Q(('registered_email', ''), _negated=True)), fields=('correspondent', 'registered_email'), name='an_email_is_registered_once_in_a_correspondent'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('options_approved_level__lte', 3)), name='an_approved_level_is_0_to_3'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('max_options_trading_level__isnull', True), ('max_options_trading_level__lte', 3), _connector='OR'), name='a_cap_on_the_level_is_0_to_3'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('admin_max_options_trading_level__isnull', True), ('admin_max_options_trading_level__lte', 3), _connector='OR'), name='an_admin_cap_on_the_level_is_0_to_3'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('currency', 'USD')), name='an_account_is_kept_in_dollars'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('account_number__regex', '^[0-9]{9}$')), name='an_account_number_has_nine_digits'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'staff'), ('role__in', ('viewer', 'operations', 'rop', 'compliance', 'admin'))), models.Q(('kind', 'customer'), ('role', 'customer')), models.Q(('kind', 'api_key'), ('role', 'api')), models.Q(('kind', 'system'), ('role', 'system')), _connector='OR'), name='a_role_belongs_to_its_kind_of_user'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['api_key', 'customer']), _negated=True), ('correspondent__isnull', False), _connector='OR'), name='a_key_or_customer_has_a_correspondent'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'system')), fields=('kind',), name='there_is_one_system_user'),
        ),
        migrations.AddIndex(
            model_name='ownerdocument',
            index=models.Index(fields=['account', 'created_at'], name='documents_of_an_account'),
        ),
        migrations.AddIndex(
            model_name='suitability',
            index=models.Index(fields=['account', '-id'], name='suitability_newest_first'),
        ),
    ]
