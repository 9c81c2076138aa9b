"""The account record: what is on file of the holder, for the customer to check (RK-5, AA-8)."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from accounts.models import Account
from accounts.profile import Fact, Section, profile_sections
from brokerage.templatetags.formats import sentence, when

ASK = (
    "This is what we have on file. Please check it, and tell us what is wrong or has changed since: "
    "it decides which trades can be approved for this account."
)
# Helvetica is in every reader and knows Western script; the others are asked for in this order.
FONTS = (
    ("cp1252", "Helvetica"),
    ("shift_jis", "HeiseiMin-W3"),
    ("gb2312", "STSong-Light"),
    ("big5", "MSung-Light"),
    ("euc_kr", "HYSMyeongJo-Medium"),
)
TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9.5, leading=13, alignment=TA_LEFT)
LABEL = ParagraphStyle("label", parent=TEXT, textColor=colors.HexColor("#555555"))
HEADING = ParagraphStyle(
    "heading", parent=TEXT, fontName="Helvetica-Bold", fontSize=11, spaceBefore=14, spaceAfter=4, keepWithNext=1
)
TITLE = ParagraphStyle("title", parent=TEXT, fontName="Helvetica-Bold", fontSize=17, leading=22)
LINE = colors.HexColor("#dddddd")
COLUMNS = (1.9 * inch, 5.1 * inch)
FACTS_STYLE = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
]


def account_record_pdf(account: Account, made_at: datetime) -> bytes:
    """Answer the account record as a PDF; the tax id is masked in it, the date of birth is there to be checked."""
    page = BytesIO()
    template = SimpleDocTemplate(
        page,
        pagesize=LETTER,
        leftMargin=0.75 * inch,
        rightMargin=0.75 * inch,
        topMargin=0.75 * inch,
        bottomMargin=0.75 * inch,
        title=f"Account record {account.account_number}",
        author=account.correspondent.name,
        invariant=1,
    )
    story = [
        Paragraph("Account record", TITLE),
        _paragraph(f"{account.name}, account {account.account_number}, {when(made_at, 'zone')}"),
        Spacer(0, 8),
        Paragraph(ASK, TEXT),
        *(part for section in _sections(account) for part in _section(section)),
    ]
    template.build(story, onFirstPage=_footer(account), onLaterPages=_footer(account))
    return page.getvalue()


def _sections(account: Account) -> Iterator[Section]:
    opened = (
        Fact("Account", account.account_number),
        Fact("Broker", account.correspondent.name),
        Fact("Opened", when(account.created_at, "zone")),
        Fact("Account type", sentence(account.get_account_type_display())),
        Fact("Asset classes", ", ".join(account.enabled_assets)),
    )
    yield Section("Account", "account", opened)
    for section in profile_sections(account):
        facts = tuple(_in_full(account, fact) for fact in section.facts)
        yield Section(section.heading, section.anchor, facts, section.absent)
    signed = tuple(
        Fact(
            sentence(one.get_agreement_display()),
            f"revision {one.revision}, signed {when(one.signed_at, 'zone')} from {one.ip_address}",
        )
        for one in account.agreements.all()
    )
    yield Section("Agreements", "agreements", signed, "None is on file.")


def _in_full(account: Account, fact: Fact) -> Fact:
    """Show the date of birth, which pages mask: a customer cannot check what is masked."""
    return Fact(fact.label, when(account.identity.date_of_birth)) if fact.label == "Date of birth" else fact


def _section(section: Section) -> list[Any]:
    heading = Paragraph(section.heading, HEADING)
    if not section.facts:
        return [KeepTogether([heading, _paragraph(section.absent)])]
    rows = [[_paragraph(fact.label, LABEL), _paragraph(fact.value or "–")] for fact in section.facts]
    return [heading, Table(rows, colWidths=COLUMNS, style=FACTS_STYLE)]


def _paragraph(text: str, style: ParagraphStyle = TEXT) -> Paragraph:
    lines = (f'<font name="{_font_for(line)}">{escape(line)}</font>' for line in text.split("\n"))
    return Paragraph("<br/>".join(lines), style)


def _font_for(text: str) -> str:
    """Answer a font that has the characters of `text`, the first one where none has them all."""
    for encoding, font in FONTS:
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            continue
        if font != "Helvetica" and font not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(font))
        return font
    return FONTS[0][1]


def _footer(account: Account) -> Any:
    def draw(canvas: Any, template: Any) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 8)
        canvas.setFillGray(0.4)
        canvas.drawString(0.75 * inch, 0.45 * inch, f"Account record {account.account_number}")
        canvas.drawRightString(LETTER[0] - 0.75 * inch, 0.45 * inch, f"Page {canvas.getPageNumber()}")
        canvas.restoreState()

    return draw
