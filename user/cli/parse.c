// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp parse: each offence that a log holds, as the reader sees it; nothing is judged. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "common/log.h"
#include "read/exim.h"

#define PARSE_BUFFER (256 * 1024)

struct parse {
	struct exim exim;
	const struct cli_common *common;
	unsigned long long offences;
	unsigned long long line;
};

/* All four fields are of a fixed alphabet, so nothing needs escaping in either form. */
static void parse_line(struct parse *parse, const char *line, size_t length)
{
	char time[CLI_TIME_SIZE], address[ADDR_TEXT_SIZE];
	struct event event;

	parse->line++;
	if (exim_read(&parse->exim, line, length, &event))
		return;
	cli_stamp(event.time, time);
	addr_format(&event.peer, address);
	if (parse->offences++ && parse->common->json && !parse->common->lines)
		printf(",\n");
	if (parse->common->json)
		printf("{\"line\":%llu,\"time\":\"%s\",\"class\":\"%s\",\"address\":\"%s\"}%s",
		       parse->line, time, event_class_name(event.class), address,
		       parse->common->lines ? "\n" : "");
	else
		printf("%llu\t%s\t%s\t%s\n", parse->line, time, event_class_name(event.class),
		       address);
}

/*
 * Reads to the end in constant memory; a line that does not fit the buffer is nobody's, and
 * counted.
 */
static int parse_file(struct parse *parse, int fd)
{
	char *buffer = malloc(PARSE_BUFFER), *start, *lf;
	size_t have = 0;
	bool skipping = false;
	ssize_t got;
	int err = 0;

	if (!buffer)
		return -ENOMEM;
	while ((got = read(fd, buffer + have, PARSE_BUFFER - have))) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			err = -errno;
			break;
		}
		lf = memchr(buffer + have, '\n', got);
		have += got;
		for (start = buffer; lf; lf = memchr(start, '\n', buffer + have - start)) {
			if (skipping)
				parse->line++;
			else
				parse_line(parse, start, lf - start);
			skipping = false;
			start = lf + 1;
		}
		have -= start - buffer;
		memmove(buffer, start, have);
		if (have == PARSE_BUFFER) {
			skipping = true;
			have = 0;
		}
	}
	/* The last line may lack its LF in a file that is still being written: it is not read. */
	free(buffer);
	return err;
}

int cmd_parse(int argc, char **argv)
{
	static const struct option options[] = { CLI_COMMON_OPTIONS };
	struct cli_common common;
	struct parse parse = { .line = 0 };
	const char *path = "-";
	int option, status, err, fd = STDIN_FILENO;

	cli_start(&common, argv);
	while ((option = getopt_long(argc, argv, CLI_COMMON_LETTERS, options, NULL)) != -1)
		if (cli_common_option(&common, option, &status))
			return status;
	if (argc - optind > 1)
		return cli_usage(&common, "one file at a time");
	if (optind < argc)
		path = argv[optind];
	if (strcmp(path, "-"))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	/* What cannot be read at all is found out before anything is printed. */
	if (fd < 0 || (read(fd, NULL, 0) < 0 && errno != EINTR)) {
		log_error("cannot read \"%s\": %s", path, strerror(errno));
		return CLI_FAILED;
	}
	if (isatty(fd))
		log_info("reading a log from the terminal; parse FILE reads a file");
	parse.common = &common;
	exim_init(&parse.exim);
	if (common.json && !common.lines)
		printf("{\"kind\":\"parse\",\"shape\":%d,\"offences\":[\n", CLI_JSON_SHAPE);
	err = parse_file(&parse, fd);
	if (common.json && !common.lines)
		printf("\n]}\n");
	if (err)
		log_error("cannot read \"%s\": %s", path, strerror(-err));
	if (fd != STDIN_FILENO)
		close(fd);
	if (!err && !fflush(stdout))
		return CLI_DONE;
	if (!err)
		log_error("cannot write to standard output: %s", strerror(errno));
	return CLI_FAILED;
}
