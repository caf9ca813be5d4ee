"""TAP (testanything.org) for the tests that are written in Python: a line for each sentence, then the plan."""
import sys

count = failed = 0


def ok(sentence, good, detail=""):
    global count, failed
    count += 1
    print("%s %d - %s" % ("ok" if good else "not ok", count, sentence))
    if not good:
        failed += 1
        print("# " + str(detail)[:2000].replace("\n", "\n# "))
    sys.stdout.flush()


def same(sentence, got, wanted):
    ok(sentence, got == wanted, "got %r\nwanted %r" % (got, wanted))


def done():
    """Prints the plan; whether something failed, as an exit status."""
    print("1..%d" % count)
    return failed > 0
