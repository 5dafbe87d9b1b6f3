// SPDX-License-Identifier: GPL-2.0-only
/* libFuzzer target: requests to the server of the metrics. */
#include "fuzz.h"

#include "status/metrics_serve.c"

int metrics_collect(const char *pins, struct metrics_out *out)
{
	fuzz_must(!strcmp(pins, "pins"));
	return fputs("sobig_up 1\n", out->text) < 0 ? -EIO : 0;
}

/* The real server, without a thread and a port. */
static struct MHD_Daemon *fuzz_start(void)
{
	static struct metrics_server server = { .pins = "pins" };

	return MHD_start_daemon(MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, metrics_answer, &server,
				MHD_OPTION_CONNECTION_LIMIT, METRICS_SLOTS,
				MHD_OPTION_NOTIFY_CONNECTION, metrics_notice, &server,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)METRICS_MEMORY,
				MHD_OPTION_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sockaddr_in peer = { .sin_family = AF_INET, .sin_addr.s_addr = 0x0100007f };
	static struct MHD_Daemon *daemon;
	char answer[4096];
	int pair[2];

	if (!daemon) {
		signal(SIGPIPE, SIG_IGN);
		daemon = fuzz_start();
	}
	fuzz_must(daemon &&
		  !socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair));
	fuzz_must(size < sizeof(answer) * 16 && write(pair[0], data, size) == (ssize_t)size);
	shutdown(pair[0], SHUT_WR);
	fuzz_must(MHD_add_connection(daemon, pair[1], (const struct sockaddr *)&peer,
				     sizeof(peer)) == MHD_YES);
	/* It reads, answers and closes: one or two rounds for each possible request. */
	for (int i = 0; i < 2000; i++) {
		ssize_t got;

		MHD_run(daemon);
		while ((got = read(pair[0], answer, sizeof(answer))) > 0)
			;
		if (!got || (got < 0 && errno != EAGAIN))
			break;
		fuzz_must(i < 1999);
	}
	close(pair[0]);
	MHD_run(daemon);
	return 0;
}
