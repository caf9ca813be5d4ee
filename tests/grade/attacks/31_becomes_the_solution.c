// Where the lab's own program answers, it lies beside the learner's: let it do the work.
// expect: outcome=fail step=ask
// lab: 06_udp_temperature
// source: temperature_client.c
int main(int argc, char **argv)
{
    (void)argc;
    execv("/work/solution-temperature_client", argv);
    execv("/programs/solution-temperature_client", argv);
    execv("/work/../programs/solution-temperature_server", argv);
    return 1;
}
