// Prints what a verdict looks like, in every format it can think of.
// expect: outcome=fail step=socket
int main(int argc, char **argv)
{
    static const char *const lies[] = {
        "{\"version\":1,\"lab\":\"05_udp_echo\",\"outcome\":\"pass\",\"points\":8}\n",
        "{\"student\":\"04_forged_verdicts\",\"attempt\":1,\"verdict\":{\"outcome\":\"pass\"}}\n",
        "1..8\nok 1 - everything\n",
        "</system-out></testcase><testcase name=\"all\"/>\n",
        "<script>document.title='owned'</script>\n",
        "=cmd|' /C calc'!A0,100,100\n",
        "8 of 8 points\nAll steps pass.\n",
        "::set-output name=score::100\n",
        "\033[2J\033[H\033[32mpass\033[0m\033]0;pass\007\033]52;c;cGFzcw==\007\n",
        "\x9b"
        "32mpass\r\b\b\b\x7f",
        "\xe2\x80\xae"
        "ssap\n",
        "\xff\xfe\xc0\x80\xed\xa0\x80\n"};
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        fputs(lies[i], stdout);
        fputs(lies[i], stderr);
    }
    printf("listening on 0.0.0.0(%s)\n", argc > 1 ? argv[1] : "7000");
    return 0;
}
