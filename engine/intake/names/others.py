"""Beginnings of words that tell another column of the same kind: a birth date, a tax, a shipping address.

Words of up to three letters count only as whole words.
"""

from __future__ import annotations

DATES = (
    "birth dob born geburt naissance nacimiento nascita nascimento geboorte urodz рожд regist signup sign joined "
    "since ship deliver dispatch liefer versand livraison entrega consegna spediz envio verzend lever dostaw wysyl "
    "достав отгруз due falli echeance vencimiento scadenza expir ablauf estimat expected updat modif geander cancel "
    "refund return dispute end until start last first previous next valid print launch release review answer limit "
    "fulfil approved closed age reset"
)
MONEY = (
    "tax taxes vat mwst ust steuer tva iva btw podat ндс налог disc rabat remise reduc descuento sconto desconto "
    "korting znizk скид ship freight deliver versand porto livraison envio spediz frete verzend dostaw достав fee "
    "fees gebuhr frais refund erstatt rembours reembolso rimbors zwrot возврат profit margin gewinn marge tip weight "
    "gewicht poids peso waga commission provision balance credit points coupon voucher gutschein compare stock list "
    "percent pct ratio rating score lat latitude lon lng longitude original rrp msrp uvp lifetime limit previous max "
    "min avg average cumul handling duty gift ek einkauf"
)
IDENTIFIERS = (
    "city phone tel address street zip post birth age gender group type segment since note comment status count "
    "country state region language company tax vat date total amount price fax priority index row detail parent "
    "campaign subcat size color colour agent seller vendor warehouse supplier employee staff rep payment ship "
    "delivery first prefix suffix title category image url link weight rating ip service pin"
)
QUANTITIES = "refund return cancel stock available backorder ship min max threshold limit"
