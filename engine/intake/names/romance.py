"""Names of columns in French, Spanish, Italian and Portuguese."""

from __future__ import annotations

FRENCH = {
    "customer": """
        numéro client, numéro de client, id client, identifiant client, code client, no client, n client, num client,
        réf client, référence client, numclient, id acheteur, id utilisateur, identifiant acheteur, compte client,
        numéro adhérent, id du client, carte fidélité, numéro carte fidélité, client id, code tiers
        / client, acheteur, courriel, adresse email, adresse e mail, email client, courriel client, utilisateur,
        mail client, adresse courriel, adhérent
        / nom client, nom du client, nom acheteur, raison sociale
    """,
    "order": """
        numéro de commande, numéro commande, id commande, no commande, n commande, num commande, réf commande,
        référence commande, référence de la commande, numéro de facture, numéro facture, no facture, n facture,
        num facture, id facture, code commande, numéro de ticket, no ticket, n ticket, id transaction,
        numéro de transaction, numéro transaction, no de commande, n de commande, n de facture, id panier,
        numéro ticket, id ticket, commande id
        / commande, facture, ticket, panier, reçu, pièce, transaction
    """,
    "product": """
        référence produit, réf produit, id produit, code produit, code article, référence article, réf article,
        identifiant produit, id article, numéro article, no article, n article, numéro produit, réf, référence, ref art
        / produit, article, code barre, code barres, ean13
    """,
    "product_name": """
        nom du produit, nom produit, nom article, libellé produit, libellé article, désignation, libellé,
        désignation produit, désignation article, intitulé, nom de l article, titre produit, libellé du produit
        / description, titre, description produit
        / produit, article
    """,
    "category": """
        catégorie, catégorie produit, famille, famille produit, rayon, gamme, catégorie de produit, groupe de produits,
        type de produit, type produit, famille article, catégorie article, univers, département
        / sous catégorie, sous famille
        / marque, fournisseur, fabricant
    """,
    "date": """
        date de commande, date commande, date de la commande, date d achat, date achat, date de facture, date facture,
        date de vente, date vente, date transaction, date de transaction, date heure commande, date facturation,
        date de facturation, date du ticket, date ticket, heure de commande, horodatage commande, commandé le
        / date, date de création, date création, créé le, créée le, horodatage, date heure, date et heure, payé le,
        date de paiement, date paiement, date pièce, date d ajout
        / jour, heure
    """,
    "quantity": """
        quantité, qté, quantité commandée, quantité vendue, qté commandée, qté vendue, nb articles,
        nombre d articles, nombre articles, quantité achetée, quantité produit, quantité facturée
        / nombre, nb, unités, nb unités, nb produits, nombre de produits
    """,
    "price": """
        prix unitaire, pu, prix unit, prix de vente, prix unitaire ttc, prix unitaire ht, pu ht, pu ttc, prix article,
        prix produit, prix à l unité, prix vente, p u
        / prix, tarif
    """,
    "amount": """
        montant, prix total, montant ligne, total ligne, montant total, chiffre d affaires, ca, montant ttc, montant ht,
        total ligne ttc, total ligne ht, montant net, prix total ttc, ca ttc, ca ht, montant de la ligne, ventes,
        total de la ligne, montant achat, montant vente
        / total ttc, total ht, total, montant commande, montant de la commande, valeur commande, total commande,
        montant facture, total payé, montant payé, net à payer, somme, valeur, montant du panier, total facture,
        montant de l achat, panier moyen
        / vente, recette
    """,
    "currency": "devise, monnaie, code devise, devise commande",
    "status": """
        statut, statut commande, statut de la commande, état commande, état de la commande, statut paiement,
        statut du paiement, statut de paiement, état, statut financier, état du paiement
        / type de transaction, événement, type d événement
    """,
    "country": """
        pays, code pays, pays client, pays facturation, pays de facturation, pays livraison, pays de livraison,
        pays du client
    """,
    "converted_amount": """
        montant converti, montant en devise de base, montant en euros, montant devise de base, total converti,
        montant en eur, contre valeur
    """,
}

SPANISH = {
    "customer": """
        id cliente, número de cliente, número cliente, código cliente, código de cliente, cliente id, no cliente,
        nro cliente, num cliente, cod cliente, id usuario, id comprador, id de cliente, identificador cliente,
        número de socio, id del cliente, clave cliente, n cliente, id socio
        / cliente, comprador, correo electrónico, correo, correo cliente, email cliente, usuario, socio
        / nombre cliente, nombre del cliente, razón social
    """,
    "order": """
        id pedido, número de pedido, número pedido, código pedido, no pedido, nro pedido, num pedido, pedido id,
        número de factura, número factura, no factura, nro factura, num factura, id factura, id venta, id transacción,
        número de orden, id orden, orden id, número de ticket, nro ticket, id ticket, id compra, referencia pedido,
        código de pedido, número orden, no orden, n pedido, n factura, folio, número de transacción, id de pedido
        / pedido, factura, orden, ticket, venta, transacción, compra, boleta, recibo
    """,
    "product": """
        id producto, código producto, código de producto, código artículo, código del producto, producto id,
        cod producto, referencia, referencia producto, id artículo, número de artículo, sku producto, cod articulo,
        id del producto, clave producto, número de producto, código de artículo
        / producto, artículo, código de barras
    """,
    "product_name": """
        nombre producto, nombre del producto, nombre de producto, descripción producto, descripción del producto,
        nombre artículo, descripción, nombre del artículo, descripción artículo
        / título, detalle, concepto
        / producto, artículo
    """,
    "category": """
        categoría, categoría producto, categoría de producto, familia, tipo de producto, línea de producto,
        departamento, categoría del producto, rubro, grupo de productos, tipo producto, línea, grupo
        / subcategoría, subfamilia, sección
        / marca, proveedor, fabricante
    """,
    "date": """
        fecha pedido, fecha de pedido, fecha del pedido, fecha de compra, fecha compra, fecha factura, fecha de factura,
        fecha venta, fecha de venta, fecha transacción, fecha de transacción, fecha orden, fecha de orden,
        fecha de la compra, fecha y hora del pedido, fecha de emisión, fecha ticket, fecha emisión
        / fecha, fecha de creación, fecha creación, fecha hora, fecha y hora, fecha de pago, fecha pago, creado el,
        marca de tiempo, fecha registro venta
        / día, hora
    """,
    "quantity": """
        cantidad, cantidad pedida, cantidad vendida, cant, unidades vendidas, cantidad producto, cantidad comprada,
        cantidad de productos
        / unidades, uds, piezas, número de artículos, número de unidades, nº unidades
    """,
    "price": """
        precio unitario, precio por unidad, precio de venta, precio venta, precio unidad, precio producto, p unitario,
        precio artículo, valor unitario, precio unit, pvp
        / precio, tarifa
    """,
    "amount": """
        importe, importe total, importe línea, total línea, monto, monto total, precio total, ingresos, ventas,
        importe neto, total de línea, facturación, ingreso, monto venta, valor venta, importe de la línea, venta neta,
        venta total, monto de compra
        / total, total pedido, valor total, total factura, importe pedido, valor del pedido, total compra, valor, suma,
        total venta, total pagado, valor pedido, monto pedido, importe factura, total del pedido, subtotal
    """,
    "currency": "moneda, divisa, código moneda, código de moneda, código divisa, tipo de moneda",
    "status": """
        estado, estado pedido, estado del pedido, estado de pago, estado pago, estatus, estado de la orden,
        estado factura, estatus pedido, estado del pago, estado orden
        / situación, tipo de evento, tipo de transacción
    """,
    "country": "país, código país, país cliente, país de facturación, país facturación, país envío, país del cliente",
    "converted_amount": """
        importe convertido, monto convertido, importe en moneda base, monto en moneda local, importe en euros,
        total convertido, importe en moneda local
    """,
}

ITALIAN = {
    "customer": """
        id cliente, codice cliente, numero cliente, cod cliente, cliente id, n cliente, id utente, id acquirente,
        numero tessera, codice tessera, id contatto, codice utente, num cliente
        / cliente, acquirente, indirizzo email, email cliente, utente, posta elettronica, e mail cliente,
        codice fiscale
        / nome cliente, ragione sociale, nominativo
    """,
    "order": """
        id ordine, numero ordine, numero d ordine, codice ordine, n ordine, num ordine, ordine id, numero fattura,
        n fattura, num fattura, id fattura, numero scontrino, id transazione, numero transazione, riferimento ordine,
        id vendita, id scontrino, num documento, numero documento, nr ordine, nr fattura
        / ordine, fattura, scontrino, transazione, ricevuta, vendita
    """,
    "product": """
        id prodotto, codice prodotto, codice articolo, cod prodotto, cod articolo, prodotto id, id articolo,
        riferimento prodotto, numero articolo, cod art, codice art, sku prodotto, riferimento
        / prodotto, articolo, codice a barre
    """,
    "product_name": """
        nome prodotto, nome articolo, descrizione prodotto, descrizione articolo, nome del prodotto, descrizione,
        denominazione
        / titolo
        / prodotto, articolo
    """,
    "category": """
        categoria, categoria prodotto, famiglia, reparto, gruppo merceologico, linea prodotto, tipo prodotto,
        categoria merceologica, tipologia prodotto, settore, famiglia prodotto
        / sottocategoria, sottofamiglia
        / marca, fornitore, produttore, marchio
    """,
    "date": """
        data ordine, data dell ordine, data acquisto, data fattura, data vendita, data di acquisto, data transazione,
        data e ora ordine, data scontrino, data di vendita, data documento, data d ordine, data dell acquisto
        / data, data creazione, data di creazione, data ora, data e ora, creato il, data pagamento
        / giorno, ora
    """,
    "quantity": """
        quantità, qtà, quantità ordinata, quantità venduta, q tà, quantità acquistata, quantita prodotto,
        numero pezzi
        / pezzi, unità, pz, numero articoli, n pezzi
    """,
    "price": """
        prezzo unitario, prezzo di vendita, prezzo vendita, prezzo prodotto, prezzo per unità, prezzo articolo,
        prezzo unit, prezzo cad, prezzo cadauno
        / prezzo
    """,
    "amount": """
        importo, totale riga, importo riga, prezzo totale, importo totale, fatturato, ricavo, vendite, importo netto,
        ricavi, incasso, importo della riga, totale di riga, spesa
        / totale, totale ordine, valore ordine, totale fattura, importo ordine, totale documento, totale pagato, valore,
        somma, importo fattura, valore totale, totale scontrino, totale dell ordine, imponibile, spesa totale
    """,
    "currency": "valuta, moneta, codice valuta, divisa",
    "status": """
        stato, stato ordine, stato dell ordine, stato pagamento, stato del pagamento, stato fattura
        / tipo evento, tipo transazione
    """,
    "country": """
        paese, nazione, codice paese, paese cliente, paese fatturazione, paese di fatturazione, paese spedizione,
        nazione cliente
    """,
    "converted_amount": """
        importo convertito, importo in valuta base, importo in euro, totale convertito, importo in valuta locale
    """,
}

PORTUGUESE = {
    "customer": """
        id cliente, código cliente, código do cliente, id do cliente, número cliente, número do cliente, cod cliente,
        cliente id, nº cliente, id usuário, id utilizador, id comprador, id consumidor, código de cliente, cpf,
        num cliente, cd cliente, id do usuário
        / cliente, comprador, e mail, email cliente, e mail do cliente, utilizador, usuário, consumidor
        / nome cliente, nome do cliente, razão social
    """,
    "order": """
        id pedido, número pedido, número do pedido, código pedido, código do pedido, id do pedido, nº pedido,
        num pedido, pedido id, número encomenda, número da encomenda, id encomenda, id da encomenda, nota fiscal,
        número da nota fiscal, número nota fiscal, número fatura, número da fatura, nº fatura, id venda, id transação,
        id da transação, id compra, nf, número da nota, nº da fatura, nº encomenda, id da venda, cupom fiscal,
        referência da encomenda
        / pedido, encomenda, fatura, venda, transação, compra, recibo
    """,
    "product": """
        id produto, código produto, código do produto, id do produto, cod produto, produto id, referência,
        referência produto, código artigo, referência do produto, id artigo, cd produto, sku produto, código do artigo
        / produto, artigo, código de barras
    """,
    "product_name": """
        nome produto, nome do produto, descrição produto, descrição do produto, nome do artigo, designação, descrição,
        nome artigo, descrição do artigo
        / título
        / produto, artigo
    """,
    "category": """
        categoria, categoria produto, categoria do produto, família, departamento, tipo de produto, linha de produto,
        grupo de produtos, categoria de produto, secção, seção
        / subcategoria
        / marca, fornecedor, fabricante
    """,
    "date": """
        data do pedido, data pedido, data da compra, data compra, data da encomenda, data encomenda, data da venda,
        data venda, data da fatura, data fatura, data transação, data da transação, data de compra, data hora pedido,
        data de emissão, data emissão, data de venda, data e hora do pedido
        / data, data de criação, data criação, data hora, data e hora, criado em, data de pagamento, data pagamento,
        data do pagamento
        / dia, hora
    """,
    "quantity": """
        quantidade, qtd, qtde, quantidade vendida, quantidade pedida, quantidade comprada, quantidade encomendada,
        qtd vendida, quantidade produto
        / unidades, peças, nº unidades, número de itens, qtd itens
    """,
    "price": """
        preço unitário, preço por unidade, preço de venda, preço venda, valor unitário, preço unit, preço produto,
        preço do produto, vlr unitário, pvp
        / preço
    """,
    "amount": """
        valor, valor total, preço total, valor venda, valor da venda, valor da linha, total linha, total da linha,
        montante, receita, faturamento, valor líquido, valor da compra, valor compra, vendas, vlr total, valor item,
        valor do item, faturação, valor pago
        / total, valor pedido, valor do pedido, total pedido, total do pedido, valor encomenda, total da encomenda,
        total fatura, total pago, soma, importância, valor da encomenda, valor da fatura, total da compra, subtotal
    """,
    "currency": "moeda, código moeda, código da moeda, divisa",
    "status": """
        estado, status, status pedido, status do pedido, estado da encomenda, estado encomenda, situação,
        situação do pedido, status pagamento, estado do pagamento, status do pagamento
        / tipo de evento
    """,
    "country": "país, código país, país do cliente, país cliente, país faturação, país de faturação, país entrega",
    "converted_amount": """
        valor convertido, montante convertido, valor em moeda base, valor em reais, valor em euros,
        valor em moeda local
    """,
}
