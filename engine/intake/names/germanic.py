"""Names of columns in German and Dutch."""

from __future__ import annotations

GERMAN = {
    "customer": """
        kundennummer, kunden nr, kundennr, kunden id, kundenid, kdnr, kd nr, kundencode, kundenkennung, kundenkonto,
        debitor, debitorennummer, debitor nr, debitorennr, benutzer id, nutzer id, käufer id, mitgliedsnummer,
        kontonummer kunde, kundenschlüssel, kunde id, kunde nr, kunde nummer, mitglied id, besteller id
        / kunde, kunden e mail, kunden email, e mail, e mail adresse, email adresse, käufer e mail, käufer, besteller,
        auftraggeber, e mail käufer, benutzer, nutzer, mitglied, rechnungsadresse e mail
        / kundenname, name kunde, rechnungsempfänger, käufername, nutzername, name des käufers
    """,
    "order": """
        bestellnummer, bestell nr, bestellnr, bestell id, bestellung id, auftragsnummer, auftrags nr, auftragsnr,
        auftrag nr, rechnungsnummer, rechnungs nr, rechnungsnr, rechnung nr, belegnummer, beleg nr, belegnr, bonnummer,
        bon nr, bonnr, bon id, transaktionsnummer, transaktions id, vorgangsnummer, kassenbon nr, auftrags id,
        auftrag id, bestellnummer id, externe auftragsnummer, lieferscheinnummer
        / bestellung, auftrag, rechnung, beleg, bon, transaktion, vorgang
    """,
    "product": """
        artikelnummer, artikel nr, artikelnr, art nr, artnr, artikel id, artikelid, produktnummer, produkt nr,
        produkt id, produktcode, artikelcode, materialnummer, sachnummer, warennummer, produkt sku, artikel sku
        / artikel, produkt, ware, ean code, strichcode, position
    """,
    "product_name": """
        artikelname, produktname, artikelbezeichnung, produktbezeichnung, bezeichnung, artikelbeschreibung,
        produktbeschreibung, produkttitel, artikeltext, artikeltitel, warenbezeichnung, positionsbezeichnung
        / beschreibung, titel, positionstext
        / artikel, produkt
    """,
    "category": """
        kategorie, warengruppe, produktkategorie, artikelgruppe, produktgruppe, hauptkategorie, sortiment, warengruppen,
        artikelkategorie, kategoriename, produktart, sparte, abteilung, hauptwarengruppe, produkttyp
        / unterkategorie, warengruppe nr, kategorie id
        / marke, hersteller
    """,
    "date": """
        bestelldatum, auftragsdatum, rechnungsdatum, kaufdatum, verkaufsdatum, belegdatum, bestellzeitpunkt,
        bestellt am, transaktionsdatum, buchungsdatum, datum der bestellung, bestellzeit, gekauft am, bondatum,
        kaufzeitpunkt, bestell datum, datum bestellung, bestelldatum uhrzeit, umsatzdatum, vorgangsdatum
        / datum, zeitpunkt, erstellt am, erstelldatum, zeitstempel, angelegt am, bezahlt am, zahlungsdatum,
        datum uhrzeit, datum zeit, erfasst am, tag der bestellung
        / tag, zeit
    """,
    "quantity": """
        menge, anzahl, bestellmenge, stückzahl, verkaufte menge, absatz, verkaufsmenge, artikelmenge, artikelanzahl,
        gelieferte menge, absatzmenge, fakturierte menge
        / stück, stk, einheiten
    """,
    "price": """
        einzelpreis, stückpreis, preis pro stück, preis je stück, e preis, ep, vk preis, verkaufspreis, artikelpreis,
        nettopreis, bruttopreis, vk brutto, vk netto, einzelpreis brutto, einzelpreis netto, preis pro einheit,
        brutto vk, netto vk, einheitspreis, produktpreis
        / preis, vk
    """,
    "amount": """
        gesamtpreis, umsatz, zeilensumme, positionssumme, positionsbetrag, betrag, zeilenbetrag, nettoumsatz,
        bruttoumsatz, positionswert, gesamtbetrag, umsatz netto, umsatz brutto, erlös, warenwert, nettobetrag,
        bruttobetrag, gesamt, g preis, gp, nettowert, artikelsumme, gesamtpreis brutto, gesamtpreis netto, zeilenwert
        / summe, bestellwert, auftragswert, rechnungsbetrag, bestellsumme, gesamtsumme, rechnungssumme, auftragssumme,
        endbetrag, wert, einkaufswert, zahlbetrag, kaufbetrag, bonsumme, endsumme
        / zahlung, verkauf
    """,
    "currency": "währung, währungscode, bestellwährung, währungskürzel, währungskennzeichen, iso währung / devise",
    "status": """
        bestellstatus, auftragsstatus, zahlungsstatus, status, rechnungsstatus, positionsstatus, bestell status
        / belegart, vorgangsart, zahlstatus, versandstatus, ereignis
    """,
    "country": """
        land, ländercode, rechnungsland, lieferland, länderkürzel, kundenland, land rechnungsadresse, land rechnung,
        rechnungsadresse land, staat, länderkennung, land iso
    """,
    "converted_amount": """
        umgerechneter betrag, betrag umgerechnet, betrag in basiswährung, betrag hauswährung, betrag in hauswährung,
        umsatz umgerechnet, betrag in eur, betrag basiswährung, betrag in landeswährung
    """,
}

DUTCH = {
    "customer": """
        klantnummer, klant id, klant nr, klantnr, klantcode, debiteurnummer, debiteur nr, relatienummer, gebruiker id,
        debiteur, klant nummer, lidnummer, koper id
        / klant, e mailadres, emailadres, klant e mail, klant email, koper, afnemer
        / klantnaam, naam klant, relatie
    """,
    "order": """
        ordernummer, order nr, ordernr, bestelnummer, bestel nr, bestelling id, factuurnummer, factuur nr, factuurnr,
        bonnummer, transactienummer, transactie id, bestel id, verkooporder, kassabon nr, order nummer
        / bestelling, factuur, bon, transactie
    """,
    "product": """
        productnummer, artikelnummer, artikel nr, artikelcode, productcode, product id, artikel id, product nr
        / artikel, product
    """,
    "product_name": """
        productnaam, artikelnaam, artikelomschrijving, productomschrijving, omschrijving, naam product
        / beschrijving, titel
    """,
    "category": """
        categorie, productgroep, artikelgroep, productcategorie, hoofdcategorie, afdeling, productsoort
        / subcategorie
        / merk, leverancier
    """,
    "date": """
        besteldatum, orderdatum, factuurdatum, aankoopdatum, verkoopdatum, datum bestelling, transactiedatum,
        besteld op, datum aankoop, bondatum, bestel datum
        / datum, aangemaakt op, aanmaakdatum, tijdstip, datum tijd, betaald op, betaaldatum, boekdatum
        / dag, tijd
    """,
    "quantity": """
        aantal, hoeveelheid, aantal stuks, besteld aantal, verkocht aantal, aantal besteld, aantal verkocht
        / stuks, eenheden
    """,
    "price": """
        stukprijs, prijs per stuk, eenheidsprijs, verkoopprijs, prijs per eenheid, artikelprijs, productprijs
        / prijs
    """,
    "amount": """
        regeltotaal, regelbedrag, totaalprijs, omzet, bedrag, totaalbedrag, netto omzet, totaal bedrag, totale prijs,
        regelprijs, omzet excl btw, omzet incl btw
        / totaal, orderbedrag, factuurbedrag, orderwaarde, bestelwaarde, ordertotaal, waarde, som, eindbedrag
    """,
    "currency": "valuta, munteenheid, valutacode, munt",
    "status": "orderstatus, bestelstatus, betaalstatus, betalingsstatus, factuurstatus, order status",
    "country": "land, landcode, factuurland, leverland, land klant, factuuradres land",
    "converted_amount": "omgerekend bedrag, bedrag omgerekend, bedrag in basisvaluta, bedrag in eur",
}
