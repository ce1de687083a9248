"""Where it goes on after an answer: the asker's page, opened when the person says so."""

from wallet.cli.output import Output


def offer(uri: str, name: str, say: Output) -> None:
    """The address; at a keyboard also the question whether to open it now, where Enter is yes.

    OpenID4VP 1.0 8.2. Only a host of this organisation comes this far (`service.share`).
    """
    say.text("share.redirect", uri=uri)
    if say.json_mode or not say.interactive:
        return
    from wallet.browser import beside_terminal

    start = beside_terminal()
    if start is None or not say.confirm("share.go-on.question", default=True, name=name):
        return
    if start(uri):
        say.talk("share.go-on.opened")
    else:
        say.talk("share.go-on.no-browser")
        say.talk_plain(uri)
