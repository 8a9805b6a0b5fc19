"""What the workbook says of itself: headings, the first sheet, units. Danish and English."""

from __future__ import annotations

TOLD: dict[str, tuple[str, str]] = {
    "columns_results": (
        "Periode|Effektmål|Metode|Hvad|Værdi|Kilde",
        "Period|Outcome|Estimator|What|Value|Source",
    ),
    "columns_terms": (
        "Vilkår|Om|Brugt fra periode|Værdi|I mindste enhed|Kilde i aftalen",
        "Term|About|Used from period|Value|In the smallest unit|Source in the agreement",
    ),
    "columns_units": (
        "Periode|Effektmål|Nr.|Person|Dag|Trin|Slags|Hold|Tilstand|Antal|Resultat|Pris pr. enhed|Del, der tæller|"
        "Efterprøvet|Heraf tæller|Ikke betalt, fordi|Betalt (1/0)|Enheder|Værdi|Efter personloft|Talt med|Talt før|"
        "Værdi pr. enhed|Værdi talt med",
        "Period|Outcome|No.|Person|Day|Step|Item|Cohort|State|Quantity|Result|Price per unit|Part that counts|"
        "Verified|Of which counts|Not paid because|Paid (1/0)|Units|Worth|After person's limit|Counted in|Counted "
        "before|Worth per unit|Worth counted in",
    ),
    "columns_computation": (
        "Periode|Om|Trin|Betaler → modtager|Enhed|Værdi|I hele valutaen|Deling: vægt|Deling: rest|Deling: orden",
        "Period|About|Step|Payer → recipient|Unit|Value|In whole units of the currency|Split: weight|Split: "
        "rest|Split: order",
    ),
    "columns_payments": (
        "Periode|Effektmål|Betaler|Modtager|Del|Beløb efter beregningen|Bogført før|Forskel",
        "Period|Outcome|Payer|Recipient|Component|Amount by the computation|Posted before|Difference",
    ),
    "columns_transfers": (
        "Afregning|Betaler|Modtager|Betales senest|Tilkommer|Modregnes fra før|Herefter|Modregnes senere|"
        "Flyttes (negativt: tilbage)|Efter netting|Fra|Til|Beløb",
        "Settlement|Payer|Recipient|Pay by|Entitled|Set off from before|After that|Set off later|"
        "Moves (negative: back)|After netting|From|To|Amount",
    ),
    "columns_investors": (
        "Investor|Hvad|Periode|Dag|Beløb (negativt: betalt ind)",
        "Investor|What|Period|Day|Amount (negative: paid in)",
    ),
    "columns_check": (
        "Periode eller afregning|Hvad|Betaler|Modtager|Del|Maalbars beløb|Regnearkets beløb|Forskel",
        "Period or settlement|What|Payer|Recipient|Component|Maalbar's amount|The spreadsheet's amount|Difference",
    ),
    "unit_amount": ("mindste", "smallest"),
    "unit_exact": ("mindste", "smallest"),
    "unit_share": ("andel", "share"),
    "unit_number": ("tal", "number"),
    "total": ("I alt", "Total"),
    "lines_that_differ": ("Forskelle i alt", "All differences"),
    "all_right": ("Kontrol", "Check"),
    "right": (
        "Alle beløb er de samme som Maalbars.",
        "All amounts are those of Maalbar.",
    ),
    "wrong": (
        "Beløb afviger fra Maalbars: se arket Kontrol.",
        "Amounts differ from Maalbar's: see the sheet Check.",
    ),
    "legend_input": ("Gul: kan ændres", "Yellow: may be changed"),
    "legend_formula": ("Uden farve: formel", "Without colour: formula"),
    "holds": ("Gælder den?", "Does it hold?"),
    "standing_current": ("Gælder: afregning {number} er bogført.", "Holds: settlement {number} is posted."),
    "standing_superseded": (
        "GÆLDER IKKE MERE: efter afregning {number} er {told}.",
        "HOLDS NO LONGER: after settlement {number}, {told}.",
    ),
    "standing_corrected": (
        "periode {period} rettet ved afregning {by}",
        "period {period} was corrected by settlement {by}",
    ),
    "standing_open": (
        "UDKAST: forslag {number} er ikke bogført, og intet af det skyldes endnu.",
        "DRAFT: proposal {number} is not posted, and nothing of it is owed yet.",
    ),
    "standing_superseded_draft": (
        "BORTFALDET: forslag {number} blev afløst af et nyere, før det blev bogført.",
        "VOID: proposal {number} was replaced by a newer one before it was posted.",
    ),
    "standing_rejected": (
        "BORTFALDET: forslag {number} blev afvist.",
        "VOID: proposal {number} was refused.",
    ),
    "standing_asked": (
        "Så langt var hovedbogen, da arket blev skrevet: post {entry}. Om det gælder i dag, siger `maalbar statement`.",
        "The ledger had come to entry {entry} when this was written. Whether it holds today, `maalbar statement` says.",
    ),
    "measurement": ("måling", "measurement"),
    "workbook": ("Beregning", "Computation"),
    "beware": ("Bemærk", "Beware"),
    "illustrative": (
        "Vilkårene er ikke aftalt. Intet af dette skyldes.",
        "The terms are not agreed. Nothing of this is owed.",
    ),
    "rehearsal": (
        "Dette er en prøve med opdigtede data.",
        "This is a rehearsal with simulated data.",
    ),
    "what_title": ("Hvad er det", "What it is"),
    "what_text": (
        "Hele vejen fra de godkendte resultater til hver krone, som formler. Hvert trin er en række i arket "
        "Beregning og henviser kun til resultater, vilkår og rækker over det.",
        "The whole way from the approved results to every krone, as formulas. Each step is a row of the sheet "
        "Computation and refers only to results, terms and rows above it.",
    ),
    "how_title": ("Sådan kontrollerer I", "How to check it"),
    "how_text": (
        "1. Hold arket Resultater op mod opgørelsen og arket Vilkår op mod aftalen. 2. Se, at arket Kontrol er "
        "grønt. 3. Følg et beløb fra Betalinger tilbage gennem Beregning (i Excel: Formler, Spor overordnede "
        "celler).",
        "1. Hold the sheet Results against the statement and the sheet Terms against the agreement. 2. See that "
        "the sheet Check is green. 3. Follow an amount from Payments back through Computation (in Excel: "
        "Formulas, Trace Precedents).",
    ),
    "change_title": ("Prøv noget andet", "Try something else"),
    "change_text": (
        "Skriv et andet tal i en gul celle; alle beløb følger med, og Kontrol viser forskellen. Et resultat, der "
        "ikke er målbart, har en grund i sin række; slet grunden og skriv et tal for at se, hvad det ville give. "
        "Hvilke trin der er, følger af aftalen og ændrer sig ikke.",
        "Write another number into a yellow cell; all amounts follow, and Check shows the difference. A result "
        "that is not measurable has a reason in its row; delete it and write a number to see what it would give. "
        "Which steps there are follows from the agreement and does not change.",
    ),
    "money_title": ("Afrunding", "Rounding"),
    "money_text": (
        "Der regnes i valutaens mindste enhed (øre). Det optjente rundes én gang, over alle perioder til nu; "
        "perioden er forskellen.",
        "Amounts are in the smallest unit of the currency (øre). What is earned is rounded once, over all periods "
        "so far; a period is the difference.",
    ),
    "split_title": ("Deling", "Splitting"),
    "split_text": (
        "Et beløb deles i hele øre efter største rest: hver får det hele, dens vægt giver, og de øre, der er "
        "tilovers, går til de største rester, ved lighed til den største vægt og så efter navn. Rest er det, der "
        "er tilovers, når beløb × vægt deles med summen af vægtene; den regnes i bidder, så femten cifre rækker.",
        "An amount is split into whole øre by largest remainder: each gets the whole of what its weight gives, "
        "and what is left goes to the largest remainders, on a tie to the larger weight and then by name. Rest is "
        "what is left when amount × weight is divided by the sum of the weights; it is computed in pieces so that "
        "fifteen digits are enough.",
    ),
    "digits_title": ("Cifre", "Digits"),
    "digits_text": (
        "Et regneark regner med femten cifre, Maalbar med tres. Beløb rundes derfor først til en milliontedel øre.",
        "A spreadsheet computes with fifteen digits, Maalbar with sixty. Amounts are therefore first rounded to a "
        "millionth of an øre.",
    ),
    "persons_title": ("Personer", "Persons"),
    "persons_text": (
        "Ingen person kan kendes. Enheder, der er gjort op person for person, har et løbenummer, der kun findes her.",
        "No person can be known. Units that are claimed person by person have a serial number that exists only here.",
    ),
    "contract": ("Kontrakt", "Contract"),
    "terms": ("Vilkårenes hash", "Hash of the terms"),
    "results": ("Resultaternes hash", "Hash of the results"),
    "settlement": ("Afregning", "Settlement"),
    "ledger": ("Hovedbogens hash", "Hash of the ledger"),
    "digest": ("Godkendt indhold, hash", "Hash of what was approved"),
    "maalbar": ("Maalbar", "Maalbar"),
}
