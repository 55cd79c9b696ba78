"""Verbs that goals begin with."""

# Verbs that say only that it happens: what they are about is the thing behind them.
GOES_WITH_A_THING = frozenset(
    """
    do hold have give reach complete finish achieve pass win start begin join take earn attempt
    """.split()
)
# Verbs whose thing is there afterwards, or is played or shown as a whole.
MAKES_A_THING = frozenset(
    """
    build write make create develop ship publish program code implement design compose record
    finish complete perform play sing sight-read draft revise edit start launch release deploy
    prepare produce memorise memorize
    """.split()
)
VERBS = (
    GOES_WITH_A_THING
    | MAKES_A_THING
    | frozenset(
        """
        add analyse analyze answer arrange ask automate avoid bake bench break brew bring
        calculate carry carve climb collect compare compute convert cook count crochet cycle
        dance debug defend deliver derive describe develop dive draw drive eat explain explore
        feel find fix fly fold follow garden get go grow handle hike identify improvise increase
        install introduce invent jog juggle jump keep kick knit know lead lift listen loosen
        lose maintain manage measure meditate meet memorise memorize mend model move negotiate
        order organise organize paint photograph plan plant plot present process prove raise
        read recite relax remember repair replace restore rewrite ride row run sail save say
        sell sew shoot show sketch ski sleep solve speak spell sprint squat stand stay stop
        stretch surf survive swim talk teach tell test think throw touch train transcribe
        translate travel tune turn type use visit walk watch wear weave weld whistle work
        """.split()
    )
)
