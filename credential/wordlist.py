"""4096 everyday Dutch words, four to eight plain letters: twelve bits each. Never reorder.

Chosen by frequency of use from the OpenTaal word list (Debian `wdutch` 2.20.19), leaving out what
hurts, what is also English, and forms one ending away from a word already in. Its notice:

Copyright (c) 1996 Nederlandstalige Tex Gebruikersgroep; (c) 2001-2005 Simon Brouwer e.a.;
(c) 2006-2010 OpenTaal; (c) 2020 OpenTaal (Simon Brouwer, Sander van Geloven). Offered under the
revised BSD licence or Creative Commons Attribution 3.0; taken here under the first:

Redistribution and use in source and binary forms, with or without modification, are permitted
provided that the following conditions are met:
* Redistributions of source code must retain the above copyright notice, this list of conditions
  and the following disclaimer.
* Redistributions in binary form must reproduce the above copyright notice, this list of conditions
  and the following disclaimer in the documentation and/or other materials provided with the
  distribution.
* Neither the name of the OpenTaal, Simon Brouwer e.a., or Nederlandstalige Tex Gebruikersgroep nor
  the names of its contributors may be used to endorse or promote products derived from this
  software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR
IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR
CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER
IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT
OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""

from typing import Final

WORDS: Final = """\
aaien aanbiedt aanblik aanbod aanbood aanbouw aandacht aandeel aandelen aandoen aandoet aangaan
aangaat aangeeft aangeven aangezet aankan aankomen aankomst aankoop aanleg aanleren aanloop
aanmaken aannam aanneemt aannemen aannemer aanpak aanraden aanraken aanschaf aansluit aanstaat
aantal aantocht aantonen aantreft aantrekt aanvaard aanvang aanviel aanvoer aanvraag aanwezig
aanwinst aanzet aanzien aapje aarde aardig aardolie aardse abonnees absoluut absurde academie
achtbaan achter achtste achttien acteren acteur actie actiever actrice actueel actuele ademen
ademt adjudant adjunct adoptie adres adressen adviezen adviseer adviseur afbreken afdaling
afdeling afgaan afgedaan afgekort afgelegd afgeleid afgepakt afgerond afgeven afgezegd afgezet
afgezien afgrond afhalen afkoelen afkomen afkomst afleggen afleiden afloop aflossen afmaken
afmeting afname afneemt afnemen afrit afronden afspeelt afspelen afspraak afstaan afstand
aftellen aftreden afvoer afvraagt afvragen afwas afwassen afweten afwezig afwijzen afzeggen
afzender afzetten afzien agenda agenten airco akelig akte aldaar aldus alfabet algehele algemeen
algemene algen alhoewel alias alinea allang allebei alleen allemaal allergie allerlei alles
allround alom alsmaar alsmede alsnog alsof alsook althans altijd alvast alvorens alwaar alweer
amateurs ambitie ambt amper ananas anatomie ander andersom animatie anoniem antenne antieke
antwoord aparte apparaat appel applaus aqua aquarium arbeid archief archipel armband artiest
artikel artsen asbest asfalt aspecten atelier atleet atleten atletiek atomen attent auditie aula
auteur auto automaat autonome autonoom autopsie avocado avond avontuur azijn baai baantje baasje
baat babbelen bacterie badkamer bagage bakje baksteen bakt balie balken balkon ballen balletje
ballon bamboe bananen band bandjes banen banken bankier bankje bannen barbecue barman barst
basis bassist bazaar bazen bebouwde bedacht bedanken bedankje bedankt bedden bedekt bedelen
bedenken bedenkt bediende bedienen bedient bedje bedoel bedoeld bedraagt bedrag bedreven bedrijf
bedroefd bedroeg beeld beeldend beetje befaamde begaan begane begeeft begeleid begeven begin
beginnen beginsel begon begonnen begreep begrepen begrijp begrip begroet behaald behaalt behalen
behalve behandel beheer beheren behoeden behoefte behoeve behoorde behoort behoren behouden
behoudt behulp beide beige bejaarde bekeek bekeken beken bekend bekennen beker bekering bekijk
bekleden bekomen bekroond bekwaam beladen beland belang belde beleef beleefd beleg beleggen
beleid beleven beleving belicht bellen belletje belofte belonen beloning beloofd belooft beloond
beloven bemoeien bemoeit benaderd benaming beneden benen benieuwd benoemd benoemen benoemt benut
benutten benzine beoogde bepalen bepaling beperken beperkt bereid bereiken bereikt berekend
beren berging bericht beroemde beroep beroerd beruchte bescherm beschikt beschouw besef beseffen
beslaat beslist besloot besloten besluit bespaar besparen bespelen bespreek bessen bestaan
bestaat bestand besteden besteed bestek bestemd bestond besturen bestuur betaald betaalt betalen
betaling betekend betekent beter betogen betogers betoging beton betonnen betoog betrapt
betreden betreft betrof betwist beugel beuken beurs beurt beurzen bevalt bevat bevatten beveelt
bevelen bevestig beviel bevinden bevindt beving bevoegd bevonden bevriend bevrijd bevroren
bewaakt bewaar bewaard bewaken bewakers bewaking bewaren bewaring beweegt beweerde beweert
bewegen beweging beweren bewering bewerken bewerkt bewijs bewijzen bewind bewogen bewolkt
bewoners bewoning bewoog bewoond bewust bezat bezem bezet bezien bezig bezit bezitten bezocht
bezoek bezorgd bezorgen bezorgt bidt bieden biedt biefstuk bijdrage bijeen bijen bijkomen bijna
bijstaan bijstand bijwonen bijzijn bikini binden bindt bingo binnen biologie biomassa bios
bioscoop bittere bizar blaadjes blaast blad bladeren blauwe blazen bleef bleken blessure bleven
blies blijven blik blikjes bliksem bloeien bloeit bloemen blog bloggen blogpost blok blokjes
blouse blussen bochten bodem boek boekjes boem boeren boksen bokser bollen bomen bommel bondage
bonden bonen bont bonussen boon boor boord boot bootjes bord boren borg bosjes bossen boten
boter boterham botsen botste bouillon bouw bouwden bouwjaar bouwwerk bovenaan bovenal bovenop
bovenste bowlen bracht branche brede breedte breekt breiden breidt breien brein breken brengt
brief briefjes brieven bril brochure broeden broeders broeken broekje broertje brok bron bronnen
bronzen brood broodjes brug bruggen bruine bruto bubbels buigen buigt buik buis buiten buizen
bundel bureau burgers bushalte busje bussen buurland buurman buurt cabaret cabine cadeau
campagne camper camping caravan carnaval cassatie cassette cellen centen centra centraal
centrale centrum chalet chaos charmant chatten checken cheque chique chocola cijfers cilinder
circa circus cirkel citaat citaten citeren citroen civiele claimen claimt clubhuis coachen codex
cognac cola collage collega colonne commotie compacte compleet complexe concert conditie conform
congres contact continu controle coole correcte coureur creatie creatief critici criticus
cruciaal cruciale culinair culturen cultuur curator cursus cyclus cynisch daad daag daalde daalt
daar daaraan daarbij daardoor daarheen daarnet daartoe daaruit daarvan daarvoor dacht daden
dagboek dagen dagje daglicht daken dalende daling dame dammen dank dankzij dansen danseres
dansers danst dappere darts databank dateert datgene datum debat debatten decaan december
decennia decor deed deeg deelde deelname deels deelt deeltjes defect degene deken deksel dekt
delen denk denkers derde derhalve dermate dertien dertig desnoods destijds deugd deugt deur
dezen dezer dialect dicht dichtbij dichters dieet diegene dienaar diende dienen dienst dient
diep diepere diepste dier dierbare digitaal digitale dikte dimensie diner dingen dingetje
dinsdag diploma direct dirigent ditmaal diverse divisie docent dochter doek doekjes doelman
doelpunt doelwit doen doet dokter dolfijn dollar domeinen donatie donder doneren donker dook
doordat doorgaan doorgaat doorging doorheen doorsnee doos dorpen dorpje dosis dossier douane
douche dozijn draad draagt draaide draaien draait draden dragen drager drang drankjes drempel
dressuur drie driemaal drietal drijft drijven dringen dringend dringt drinken drinkt droeg
droevig droge dromen drong droogte droom droppen druif druiven drukste drukte drukwerk druppel
dubbele dubieuze duel duet duiden duidt duif duiken duikers duikt duim duinen duistere duizelig
duizend dunne duren durf durven dusdanig dusver dutje duurde duurste duurt duurzaam duurzame
dynamiek dynamo echo echte ecologie economen economie econoom edele editie educatie eend
eenheden eenheid eenmaal eenmalig eens eentje eerder eerlijke eerste eert eervol eeuw eeuwige
effecten eieren eigen eigenaar eiken eilanden eilandje einde eindigde eindigen eindigt eindje
eindpunt eisen eist eitjes eiwit eiwitten elegante elektro elfde elftal elkaar emoties empathie
enclave energie enige enigste enkele enkels enorm entiteit entree envelop eraan erachter eraf
erbij erboven erdoor erfgoed erge ergens erger ergernis ergste erheen erkend erkennen erkent
ermee ernaar ernaast erom eromheen eronder erop ertoe ertussen eruit ervaart ervan ervaren
ervaring ervoor espresso essentie etage etalage etappe eten etentje ethiek ethische etiket euro
evenals eveneens evengoed evenmin eventjes evenveel evenwel evolutie exacte examen excursie
excuses excuus expres externe extreem faalde faalt fabriek factoren facturen factuur falen
familie fanatiek fanfare fantasie fase fatsoen fauna favoriet februari federaal federale feest
feestdag feestjes feit felle fenomeen festival fictie fiets fietsers fietspad figuren figuur
fijne filiaal filialen film filmpjes filosoof filteren finale finalist firewall fiscaal fiscale
fiscus flarden flauw fles flesjes flessen flexibel flinke flits fluit focussen focust folders
fonds fontein forceren formaat formatie formeel formele formule fors fortuin fosfaat fosfor
fossiele foto fraaie fragment friet frietjes fris frisse fulltime functie fungeert fungeren
fusie fysieke gaaf gaande gaar gaat gadgets gala galerie gamen gans garage garantie garen
garnalen gassen gasten gastheer gastvrij gaven geacht gebak gebeld gebergte gebeurd gebeuren
gebeurt gebied gebit geblazen gebleken gebleven geboden geboekt gebogen gebonden geboorte
geboren gebouw gebracht gebruikt gecheckt gedaald gedaan gedacht gedanst gedeeld gedeelte gedekt
gedempt gedicht gediend gedoe gedraagt gedraaid gedrag gedreven gedroomd gedrukt geduld geduurd
geeft gefaald gefietst gefilmd gefocust gegaan gegeten gegeven gegooid gegoten gegrepen gegroeid
gegund gehaald gehad gehalte gehecht geheel geheim gehele geheten geheugen geholpen gehoopt
gehoor gehoord gehouden gehuurd geintje geiten gejat gekapt gekeken gekend geklaagd gekleurd
geknipt geknoeid gekocht gekomen gekookt gekost gekozen gekraakt gekregen gekte gekund gekweekt
gelachen geladen geland gelaten geld geldige gele geleden geleefd geleend geleerd gelegen
geleide geleverd gelezen geliefde gelieve gelijke gelinkt geloof gelost geloven gelovige geluid
geluk gemaakt gemaild gemak gemalen gematigd gemeente gemeld gemene gemengd gemerkt gemeten
gemist gemunt genaaid genaamd genade geneigd genen generale genezen genezing geniaal geniale
genie genoeg genoemd genomen genoot genoten geoefend geopperd gepaard gepakt gepast geplakt
gepland gepleegd geplukt gepost gepraat geprezen geproefd geraakt geraken gereden gereed
geregeld geregend gereisd gerekend gericht geringe geroepen gerucht geruime gerukt gerust
geschat geschikt geschil geschut gescoord geslaagd gesleept geslepen gesloten gespaard gespeeld
gespeld gesprek gestaag gestaakt gestaan gestalte gestapt gestart gestemd gesteund gesticht
gestopt gestort gestrand gestuurd getal getallen getekend geteld getest getikt getinte getiteld
getogen getoond getraind getrapt getreden getuigt getweet geuit geur geval gevallen gevat
geveild gevel geverfd gevierd gevlogen gevoed gevoegd gevoel gevoerd gevolg gevonden gevormd
gevraagd gevuld gewaagd gewacht gewassen geweest gewekt gewend gewenst geweren gewerkt gewest
geweten geweven gewicht gewijd gewild gewist gewone gewonnen gewoon geworden geworpen gezag
gezakt gezang gezant gezegd gezegend gezet gezicht gezien gezin gezinnen gezocht gezongen
gezonken gezorgd gids giet gilde ging giro gisteren gitaar gitaren gitarist glaasje gladde
glanzend glas glazen gletsjer glimlach glimp globaal globale gluren goed goederen goedheid
goedkoop goedkope goeie gokje golf golfbaan golfclub golven gooide gooien gooit goot gordel
gordijn gouden graad graag graan grachten graden grap grapjes grappen grappig gratie gratis
gravin grens grenzen grepen gretig griffier grijpen grijpt grijs grijze groei groeiden groeiend
groene groenten groep groepjes groeten groetjes groeve grof grond grondige grondwet grootste
grootte grote grove gulden gulle gunnen gunste gunstig gymzaal haak haakjes haalde haalt haard
haartjes haarzelf haast hadden hagel hagen haken halal halfjaar halfrond halfuur hallen halte
halve hamer hamster handbal handdoek handelde handelen handen handig handje handtas handvol
hanteert hanteren hapje harde hardop hardst hare harige haring harmonie harnas hart hartjes
hashtag havens hebt hebzucht hecht hectare heden heelal heen heer heet heffing heft heil heimwee
hekel heldere heldin hele heleboel helemaal helft heli helium helmen helpdesk helpen helpt hemd
herberg herdacht herder heren herenigd herfst herhaal herhaald herhalen herinner herkend herkent
herkomst herrie hersenen hert hervat herzien hete hetzij heuse heuvels hield hielp hieraan
hierbij hierdoor hierheen hierin hiermee hierna hierom hierop hiertoe hieruit hiervan hiervoor
hijsen hinder hing hiphop hippe historie hitte hobby hoed hoefde hoeft hoeken hoelang hoes
hoesten hoeveel hoever hoeverre hoewel hoezeer hoger hokje hond honderd hondjes honing honkbal
hoofd hoogheid hoogste hoogte hooguit hooi hoop hoopten hoopvol hoor hoorden horde horeca horen
horloge hotel houden houder houding houdt hout houvast hoven huidige huis huisarts huisdier
huisjes huisman huiswerk huize hulde hulp humeur humor hunne huren hutten huur huurders hybride
hypnose icoon ideaal ideale idee idem identiek ieder iedereen iemand iets ietwat ijsje ijskoude
ijstijd ijzeren illusie imago immers immuun impuls inademen inbegrip indeling indien individu
ineens inflatie ingaan ingaat ingegaan ingepakt ingevuld ingezet ingreep inhalen inhouden
inhoudt inhuren inkomen inkoop inkt inktvis inloggen inname inneemt innemen insecten inspraak
insturen intens intentie interim intern internet intrede intussen inval invallen invaller
invloed invoeren invullen inwoners inzage inzake inzet inzetten inzicht inzien ironie ironisch
isolatie isoleren ivoor jaar jaarboek jacht jager jammer januari jaren jarige jasje jassen
jegens jeugd jeugdige jochie joggen jonge jongeman jongeren jongetje jonker journaal jouw
jubileum judo juichen juicht juist jullie juni junioren jurist jurk jurkjes jurylid juweel
juwelen juwelier kaak kaarsen kaart kaartjes kabel kabouter kalf kaliber kalk kalm kalmeren
kameel kamelen kameraad kamers kamperen kampioen kaneel kanjer kans kantelen kanten kantine
kantoor kantoren kapel kapitaal kappen kapper kapsalon kapsel karakter karretje kartel karton
kassa kast katoen katten kauwen kauwgom kazerne keek keihard keizer keken kelder kende kenmerk
kennen kenner kennis kenteken keramiek kermis kersen kerst kerstdag ketel keten keuken keurde
keurig keuring keurmerk keurt keus keuze kever kies kiezen kijk kijkend kijkers kilo kinderen
kindje kippen klaagde klaagt klank klanten klare klas klasse klassiek kleden kledij kleding klei
kleine kleinste kleintje klem klep kletsen kleur kleurige kleuters kleven klik klim klimaat
kliniek klinken klinkers klinkt klonk kloof kloppen klopt kluisje klus klusjes klussen knap
knappen knapper knie knip knipoog knippen knippert knoflook knol knoop knop knoppen knuffel
kocht koeien koek koekjes koel koelkast koepel koerier koers koets koffer koffie koken kolen
kolom komedie komende komiek komische komma komst konden kondigde kondigen kondigt konijn
koningen koningin konvooi kooi kook kookboek kool koolstof koop koopman koor koper kopgroep
kopie kopje koploper koppel koppig koren korfbal kort kortere korting kortste kortweg kosmos
kostbare kosten kostte kostuum koude kousen kraag kraaien kraan kracht kraken kramer krant
krater krediet kreeg kregen krijgen krijgt krijt krimp kring kritiek kritisch krom kromme kronen
kroop kruiden kruipen kruipt krullen kubus kudde kuip kuipers kunde kunst kunt kwart kwartaal
kwartier kweken kwestie kwik laad laag laagste laars laarzen laat laatste lachen lacht laden
lading lage lamp lanceert lanceren land landbouw landgoed landhuis lang langere langzaam
langzame lantaarn laptop lasten laten later lawaai lazen leden leder leefde leeft leeftijd leeg
leent leer leerden leerling leerzaam leerzame legaal legale legde lege legende leggen legt
leidde leidende leider leiding leidt leken lekt lenen lengte lenzen lepel leren lesgeven lesje
letsel leuk leukste leven levendig leventje leverde leveren levering levert lezen lezers lezing
liberaal liberale licentie licht lichtere lichtjes lied liederen liedjes liefde liefje liefst
liep lieten liever liften liga liggen ligging lijm lijn lijst lijve liken limiet limonade
lineaire linker links linkt linnen lintje lippen liter literair liveblog locatie loep loer
logeren logica logisch logo loket lokt lonen longen lood loodsen loont loopbaan loopt loos loper
loslaten lossen loste loten loterij loting lotto louter loyaal loze lucht lucifer luidde luiden
luidt luister lukt lunchen luxe lyceum maag maaien maakt maal maaltijd maandag maanden maart
maat maatwerk macho macht machtige magazijn magie magische magister magneet mail mailbox mailtje
makelaar maken mand mandaat mandaten manege manen manier mannen mannetje mantel marge maritiem
markeren markten mascara mascotte masker massa masseren matchen mate materie matig matje matroos
maximaal maximale mazzel medaille mede medemens medische meedeed meedoen meedoet meegaan meegaat
meel meemaakt meemaken meen meeneemt meenemen meerdere meest meesters meid meisje mekaar meldde
melding meldt melk melodie memoires meneer mengsel mengt menigte mening mensen mensheid mentaal
mentale meren merk merknaam metaal metafoor metalen meteen meten meter methode metingen metro
meubelen meubels middag middel midden mieren migratie mijden mijl mijnbouw mijne milde milieu
miljard miljoen minder minima minimaal minimale minste minstens minuten minuut missen missie
mist mixen mobiele mocht modder modellen modem moderne modus moed moedige moeite moeizaam
moeizame moest moestuin moeten mogen molen mollen moment mond montage monteren monteur monument
mooie mooiste moraal moreel morele morgens morse mosselen mosterd motie motief motieven moto
motor motorkap motto mouw muis munten muren musea museum musici musicus mutatie muur muzikant
mysterie mythe naaien naam naarmate naartoe naast nabij naburige nacht nadat nadeel nadelen
nadelig nadenken nadenkt nadere nadert nadoen nagaan nagellak nagels nagenoeg najaar nakijken
nakomen naleving namens namiddag nare nasleep naties natte natuur nauw nazaten neder neef neem
negen negentig neiging nemen nest netjes netten netto netwerk neus neutraal neutrale nevel neven
nieuwe nieuws nimmer nipt niveau nochtans nodig noemde noemen noemer noemt nogal nogmaals
noodzaak noot normaal normale normen notaris noteer noteren notities notulen november nuchter
nummer nuttig objecten oceaan oceanen ochtend octopus oefenen oefening oefent oesters oevers
offeren offerte offline oftewel ofwel ogen ogenblik oktober olie olifant olijven omdat omgaan
omgaat omgegaan omgeven omgeving omgezet omheen omhoog omkeren omkleden omlaag omringd omroep
omtrek omtrent omvang omvat omvatten omver omweg omwille omzeilen omzet omzetten onbekend
onbewust ondanks onder onderaan onderdak onderste onderuit ondiep oneens oneindig ongeacht
ongedaan ongekend ongemak ongepast ongerust ongeveer ongewone ongewoon ongezien onhandig onjuist
onkosten onkruid onlangs online onnodig onrechte ontbrak ontdaan ontdekt ontdoen onthaald
onthuld onthult ontkomen ontleend ontmoet ontruimd ontsnapt ontstaan ontstaat ontstane ontstond
ontvangt ontving ontwaakt ontwaken ontwerp ontwierp ontzet onveilig onvrede onweer onwetend
onwijs onzeker oogje oogpunt oogst oogt ooit ooms oord oordeel oordelen oorzaak oorzaken oosten
oosterse opblazen opbouw opdagen opdat opdoen opdracht opduiken opeens opeten opgaan opgaat
opgave opgedaan opgeeft opgegaan opgelegd opgeleid opgelet opgelost opgepikt opgevat opgeven
opgevoed opgewekt opgezegd ophalen ophouden opinie opkomen opkomst opladen oplage opleggen
opleiden opletten oplevert opleving opliep oploopt oplossen oplost opmaken opmars opmerken opnam
opneemt opnemen opnieuw oppas oppassen opperste oprecht oprit oproep opruimen opsporen opsturen
optie optimaal optimale optimist optische optocht optrad optreden optreedt opvallen opvalt
opvang opviel opvoeden opvoeren opvolgen opvolger opzeggen opzet opzetten opzichte opzij
opzoeken orale orde ordening oren orgaan organen organist orgel orkest oude ouderen oudheid
oudsher oudste oven overal overdag overdekt overeen overeind overgaan overgaat overgave overhand
overheen overheid overhemd overhoop overige overkant overleef overleg overname overstap overste
overuren overval overweeg paar paarden paden pagina pakhuis pakje pakt pakweg paleis palen
paling pand paneel panelen panne panorama panty papegaai papier paraat paraplu parcours pareltje
paren parfum parken parkeren parket parochie parodie parool parttime paspoort passeert passen
passeren passie pasta pasten patat patronen patroon pauw pauze pech peil peiling peloton pennen
pensioen peper perceel peren perfecte periode perken perm perron persen personen persoon petitie
petto peuter pianist picknick piek piep pijl pijlers pikt piloot piloten pinnen pion pionier
piramide pittige plaat plaatjes plaatsen plaatsje plaatste plafond plak planeet planeten plank
plannen planten plat pleegde pleegt plegen pleidooi pleinen pleit plek plekjes plezier plicht
ploegen plots pluim pluk plussers podia podium poeder poetsen poging polder polis politica
politici pomp pompoen pond pony poorten poosje poppen populair portaal portie portret poseren
positie postbode postcode posten posters poule praat praatjes praatten pracht prachtig praktijk
praten precies precieze precisie preek preken premie prent prepaid pret pretpark prettig prijs
prijzen prima primaire primeur principe prins printen privacy probeert proberen probleem procent
proef proeven profeten profetie profiel prognose promoot promoten promotie proppen pruik pruimen
publiek punt puntjes pupillen puur puzzel pyjama raad raadsel raadslid raadsman raaf raakte
racen raden radio ramen rand rang rapper rapport reactie reageert reageren realisme recensie
recente recept recessie recht rechtsaf reclame rector redactie redden redder redding reden redt
reductie reeds reeks reep rees refrein regeerde regeert regelde regelen regeling regels regelt
regen regenbui regenval regeren regering regie regio regulier reiken reikt reinigen reis reisden
reistijd reizen reiziger rekende rekenen rekening rekent relatie relaxen remedie rendabel rende
renners rente restant resten restjes retweet reuze ribben richten richting richtte ridder riem
rijden rijders rijdt rijke rijkste rijp rijst rijtje ringen rinkelen risico riskant riskeren
ritje ritme rits ritten ritueel rituelen rivaal rivalen rivier roddelen roddels roeien roem
roepen roeping roept rokje rollen rolt romp rond rondjes ronduit rood rooie rooster rotonde
rotsen royale rozen rubberen rubriek ruige ruil ruim ruimten ruimtes ruit ruiters runnen rups
rust rustige ruwe saai salade salaris saldo salon sanering sarcasme sauna saus scannen schaal
schaar schaft schakelt schaken schalen schamen schap schappen scharen schat schatjes schatten
schattig scheef schelden schelpen schenden schenken schenkt scheppen schept scherm scherp
schetsen schiep schijnen schijnt schijven schil schilder schillen schip schipper schoenen
scholen scholier scholing schone schoot schorsen schort schotel schouder schreef schreeuw
schrijf schroef schrok schuif schuim schuin schuiven schuren schut schutter schuur scoorde
scoort scooter scoren scouting scriptie seconden sectie sectoren sedert selectie selfies
senioren sensatie sensoren serie serieuze serveren sessie setje sfeer shoppen showroom sieraden
signaal signalen simpel sinds situatie sjaal sjeik slaagde slaagt slaapt slaat slak slank sleept
slepen sleutel slimme slimste slogan slok sloot slordig slot sluiten sluiting smaak smaken
smalle smeden smeek smelten smid smullen smurfen snaar snap snappen sneakers sneeuw snelheid
snelle snelste snelweg snoeien snoep snoepjes snoeren snor sociaal sociale soep solidair somber
sommige soms sonde soort spaar spandoek spannen spannend spanning sparen speciaal speciale
speeldag speelde speels speelt spek speld spelen spelers spellen spiegel spieren spijkers
spiraal spits spoed spoedig spoel spons spontaan spontane spoor sporen sport sporters sporthal
sportief spraak sprake spreekt spreken sprekers spreuk springen springt sprinter sprong spugen
spul spullen staakt staal staan staart staat stabiel stad stadhuis stadion stafchef stagiair
stalen stallen stam stamboom stammen standje stap stapels stappen stapten staren starten
starters startte statuten statuut staven steden steeds steelt steen steentje steevast steigers
steile stem stembus stemden stemmers stemming stempel stenen ster sterk sterkere sterkste
sterren steun steunden stevig stichten stichter stickers stiekem stierven stijl stijlvol stil
stilaan stiller stip stippen stoel stoep stoere stoet stof stoffen stok stond stoom stoort
stoppen stopt storen storing storm storten stortte straal straat straks stranden straten
streamen streden streed streeft streep streken strekt strepen streven strijken strikt stro
stromen stroming stroom stropdas struiken studeert studente studeren studie stuit stuk stukjes
sturen stuur stuurden stuurman subsidie subtiel succes suiker surfen sushi symbolen symbool
synode synoniem systeem systemen taai taak taal taart tabel taboe tachtig tactiek tactisch tafel
tafeltje tafereel talen talenten talkshow talloze talrijke tandarts tanden tang tante tapijt
tarief tarieven tasje tassen tast taxi technici techniek techno teelt tegemoet tegoed tehuis
teken tekenaar tekenden tekening tekort tekst telde telecom telefoon telen teleur telkens tellen
teller telt tempel tempo tendens teneinde tenen tent tenzij terecht termen termijn terrein terug
terugval terugweg terwijl terzijde testen teveel tevens tevoren tevreden teweeg textiel tezamen
thans theater thee thema theorie therapie thuis tien tieners tiental tijd tijdens tijdlijn
tijdperk tijdrit tijdstip tijger tikt tillen tinten tintje tips titel tjonge toch toedoen
toegeeft toegeven toekomen toekomst toelaat toelaten toen toename toeneemt toenemen toeren
toerisme toerist toernooi toestaan toestaat toestand toetje toets toetsing toeval toezicht
toezien toffe tolk tomaat toneel tonen tong tonijn tonnen toonbank toonde toont topje topman
toppen toppers topsport toren totaal totale totdat tournee touw touwtjes tovenaar traag traan
traceren tracht trad traditie tragisch trainen trainer traint traject trams trapt treden treedt
treffer treft trein trekt trending trendy triatlon tribune trillen trilogie troef trof troffen
trok trollen troon troost trots truien tuig tuinbouw tuinen tuinman tulp tunnel turnen tussen
twaalf twee tweeling tweemaal tweetal tweeten twintig typen uien uilen uitbouw uitbrak uitdagen
uitdelen uiteen uiteinde uiten uiterst uitgaan uitgaat uitgave uithalen uiting uitje uitkomen
uitkomst uitlaat uitlaten uitlegt uitmaakt uitmaken uitschot uitstaan uitstek uitte uitval
uitvoert ultieme unaniem unie unieke updaten updates uploaden uren urenlang uurtje vaag vaak
vaandel vaartuig vaarwel vacature vaccin vacht vage vakantie vakbond vaker vallei vallen valt
valuta vanaf vandaag vandaan vandaar vandoor vangen vangt vanille vannacht vanop vanouds vanuit
vanwaar vanwege vanzelf varen variant variatie varieert vast vastgoed vaten vatten veeg veelal
veeleer veer veerboot veertien veertig vegen veilig veiling veld vele velgen vellen venster vent
veranda verander verbaasd verbaast verband verbazen verbergt verbindt verbleef verbond verbood
verbouwd verbruik verdeeld verdeelt verdelen verdiend verdient verdiept verdrag verduren vereerd
vereisen vereist veren verenigd verf vergaan vergaat vergaren vergeef vergeet vergeten vergeven
vergist vergoed vergroot vergt verhaal verhalen verheug verheven verhogen verhoogd verhoren
verhuisd verhuist verhuren verhuur verhuurd verkiest verkocht verkoop verkoper verkort verlaagd
verlaagt verlagen verlangt verlaten verleden verleend verleent verlegen verlenen verlengd
verlicht verlof verloop verluidt vermaak vermaken vermeld vermengd vermijd vermoeid vermogen
vermomd vernam vernoemd vernomen verpakt verrast verre verreweg verricht verrijkt verschil verse
versie versneld verspild versta verstaan verstaat verstand verste verstopt vertaald vertaalt
vertalen vertaler verte vertelde vertelt vertonen vertoond vertoont vertrek vertrok veruit
verval vervangt verven verving vervoer vervolg vervuld vervult verwacht verwante verward
verwerkt verwerpt verweven verwierf verwijt verwoord verzamel verzen verzet verzint verzocht
verzoek verzorgd verzorgt vestigde vestigen vestigt veteraan viaduct video vier vierden viering
viertal vijf vijftien vijftig vijver villa vinden vindt ving virtueel virtuele visie visserij
vissers visueel visuele visum vitale vitamine vizier vlag vlaggen vlak vlakbij vlam vlammen
vlees vlek vleugels vleugje vloed vloeien vloeit vloer vlogen vloot vlot vocht vochtige voeden
voeding voedsel voedt voegde voegen voegt voel voelden voerde voert voertuig voet voetbal
voetjes vogels vogeltje voldaan voldeed voldoen voldoet volgde volgende volgens volgers volgorde
volgt volk volkeren volkomen volle volledig volmacht volop volstaat volt voltooid voluit vond
vondsten vonk vooraan vooraf vooral voorbaat voorbije voordat voordeel voordele voordeur
voordien voordoen voordoet voorgoed voorhand voorheen voorin voorjaar voorkant voorkeur voorkom
voorman voornaam voorop voorraad voorrang voorruit voorspel voorste voortaan voortouw voorts
vooruit voorval voorwerp voorzien voorziet voorzorg vordert voren vorige vork vorm vormden
vorming vraag vracht vragen vrede vredig vreemd vreugde vrienden vriendin vriendje vriezer vrij
vrijdag vrijheid vrijuit vrijwel vroeg vroegere vrolijke vuist vulde vulkaan vullen vulling vult
waag waaien waait waakzaam waan waaraan waarbij waard waardeer waardige waardoor waarheid waarin
waarna waarom waarop waartoe waaruit waarvan waarvoor wachten wachtte wagen waken wallen walvis
wand wandelen wandelt wangen wanneer waren warmte wast water waterval wauw wazig webcam weblog
webshop website wedden wederom weefsel weegt week weekblad weer weergave weerzien weet wegdek
wegens weggaan weggaat weggeven weghalen wegnemen weigerde weigeren weigert weiland weinig weken
wekt weldra weleens welke welkom wellicht welzijn wending wennen wensen wenst werd wereld werk
werkdag werkende werkers werking werkloos werkloze werkplek werkster werkstuk werkten werktijd
werkzaam werkzame werpen werpt werven werving westerse wetboek weten wetgever wetten wieg wielen
wiens wierp wifi wijd wijk wijlen wijsheid wijst wijze wijzigen wiki willen wilt wimpers winden
winkelen winkels winnaar winnares winnende winst wint winterse wiskunde wisselen wisselt wist
woensdag wolken wonen woning wonnen woonde woonhuis woont woonwijk woord wordende workshop worp
wortels wouden wrijf wrijven wrok yoghurt zaaien zaak zaal zacht zachtjes zadel zaden zagen
zakdoek zaken zakenman zakgeld zakje zakt zalen zamelen zand zanger zaten zaterdag zebra
zeebodem zeeman zeep zeer zeewater zegel zeggen zegt zeiden zeilen zeker zelden zeldzaam
zeldzame zelf zender zending zendt zenuwen zesde zestien zestig zetels zette zeven zeventig zien
ziet zijde zijkant zijlijn zijnde zijne zijt zilver zingen zingt zink zinnen zinvol zitten
zitting zoals zocht zodanig zodat zodoende zodra zoek zoet zogezegd zoiets zojuist zolang zomaar
zomer zonen zonet zong zonlicht zonnen zonnetje zonnige zoon zoontje zorgde zorgen zorgt zouden
zout zoveel zover zowaar zowat zowel zozeer zucht zuiden zuidwest zuilen zuinig zuiver zulke
zullen zult zure zusje zussen zuster zuur zuurstof zwaaide zwaaien zwaait zwaar zwaarste zwager
zware zwem zwembad zwemmen zwemmers zwevende zwijgen zwijgt
"""
