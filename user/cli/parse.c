// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp parse: prints each offence in a log, without judging. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/skipped.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/output.h"
#include "read/file/parallel.h"
#include "read/policy.h"

#define PARSE_SECONDS 17 /* position of the seconds in RFC 3339 format */

/* The capacity of a pipe (pipe(7)); a smaller buffer would wake the reader for each page. */
#define PARSE_OUTPUT 65536

struct parse {
	struct cli_common common;
	bool arrivals;
	bool unmatched;
	bool helo_checked;
	struct reader reader;
	uint64_t found;
	int64_t minute; /* of `timestamp` */
	char timestamp[CLOCK_TEXT_SIZE];
	char full[CLOCK_TEXT_SIZE];
};

/* Prints the text of an ACL, safe for terminals and JSON: other bytes than printable ASCII as \xNN.
 */
static void parse_print_text(const struct parse *parse, const struct exim_log_found *found)
{
	const char *backslash = parse->common.json ? "\\\\" : "\\";

	for (size_t i = 0; i < found->text_length; i++) {
		unsigned char c = found->text[i];

		if (c == '\\')
			printf("%s%s", backslash, backslash);
		else if (c < ' ' || c > '~')
			printf("%sx%02x", backslash, c);
		else if (c == '"' && parse->common.json)
			fputs_unlocked("\\\"", stdout);
		else
			putchar_unlocked(c);
	}
}

/* The time in RFC 3339 format in UTC. Cached: most lines are in the minute of the previous line. */
static const char *parse_time(struct parse *parse, int64_t time)
{
	unsigned int rest = time % 60000;

	if (rest % 1000)
		return clock_rfc3339_ms(time, parse->full);
	if (time / 60000 != parse->minute) {
		parse->minute = time / 60000;
		clock_rfc3339_ms(time - rest, parse->timestamp);
	}
	parse->timestamp[PARSE_SECONDS] = '0' + rest / 10000;
	parse->timestamp[PARSE_SECONDS + 1] = '0' + rest / 1000 % 10;
	return parse->timestamp;
}

/* For literals: inline, so that their lengths are known at compile time. */
static inline char *parse_put(char *to, const char *text)
{
	size_t length = strlen(text);

	memcpy(to, text, length);
	return to + length;
}

static char *parse_put_number(char *to, uint64_t number)
{
	char digits[24], *at = digits + sizeof(digits);

	*--at = '\0';
	do {
		*--at = '0' + number % 10;
		number /= 10;
	} while (number);
	return stpcpy(to, at);
}

/*
 * printf(3) would take longer than reading the log. All fields except the text have a fixed
 * alphabet and need no escaping in either format.
 */
static void parse_print(struct parse *parse, uint64_t number, const struct exim_log_found *found)
{
	const struct event *event = &found->event;
	bool json = parse->common.json;
	char row[256], address[ADDR_TEXT_SIZE], *to = row;

	if (parse->found++ && json && !parse->common.lines)
		to = parse_put(to, ",\n");
	if (json)
		to = parse_put(to, "{\"line\":");
	to = parse_put_number(to, number);
	to = json ? parse_put(to, ",\"time\":\"") : parse_put(to, "\t");
	to = stpcpy(to, parse_time(parse, event->time));
	to = json ? parse_put(to, "\",\"class\":\"") : parse_put(to, "\t");
	to = stpcpy(to, event_class_name(event->class));
	to = json ? parse_put(to, "\",\"address\":\"") : parse_put(to, "\t");
	to = stpcpy(to, addr_format(&event->peer, address));
	if (json) {
		to = parse_put(to, "\",\"port\":");
		to = event->port ? parse_put_number(to, event->port) : parse_put(to, "null");
	}
	if (parse->unmatched) {
		to = parse_put(to, json ? ",\"text\":\"" : "\t");
		fwrite_unlocked(row, 1, to - row, stdout);
		parse_print_text(parse, found);
		to = json ? parse_put(row, "\"") : row;
	}
	to = parse_put(to, json ? parse->common.lines ? "}\n" : "}" : "\n");
	fwrite_unlocked(row, 1, to - row, stdout);
}

static void parse_event(void *context, uint64_t line, const struct exim_log_found *found)
{
	struct parse *parse = context;

	if (parse->unmatched && (found->event.class != EVENT_POLICY || !found->unmatched))
		return;
	parse_print(parse, line, found);
}

/* Flushes before a wait for input, so that a reader of a pipe gets each line. */
static void parse_pause(void *context)
{
	(void)context;
	fflush(stdout);
}

/* Logs which lines of the log were not counted. CLI_DONE or CLI_FAILED. */
static int parse_report(const struct parse *parse, const char *path, const struct chunks_end *end)
{
	bool foreign = skipped_is_foreign(path, &parse->reader, end);

	skipped_log(&parse->reader.exim.skips);
	if (end->cut)
		log_warning(
			"the last line has no newline and was not counted: its end can be missing");
	return foreign ? CLI_FAILED : CLI_DONE;
}

/* Timestamps of syslog have no year: assume the year of the last write to the file. */
static int64_t parse_now(int fd)
{
	struct stat stat;

	if (!fstat(fd, &stat) && S_ISREG(stat.st_mode))
		return stat.st_mtime;
	return time(NULL);
}

static int parse_file(struct parse *parse, int fd, const char *path)
{
	static char output[PARSE_OUTPUT]; /* glibc ignores the size without a buffer */
	bool document = parse->common.json && !parse->common.lines;
	struct chunks_end end;
	int err;

	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, output, _IOFBF, sizeof(output));
	if (document)
		printf("{\"kind\":\"parse\",\"shape\":%d,\"offences\":[\n", OUTPUT_SHAPE);
	err = parallel_read(fd, &parse->reader, parse_event, NULL, parse_pause, parse, &end);
	if (document)
		printf("\n],\"complete\":%s}\n", err ? "false" : "true");
	if (cli_end_output())
		return CLI_FAILED;
	if (!err)
		return parse_report(parse, path, &end);
	skipped_log_error(path, err, &end);
	return CLI_FAILED;
}

static int parse_open(const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;

	/* Detects an unreadable file before anything is printed. */
	if (fd < 0 || (read(fd, NULL, 0) < 0 && errno != EINTR)) {
		log_error("cannot read \"%s\": %s", path, strerror(errno));
		return -errno;
	}
	if (isatty(fd))
		log_info("reading a log from the terminal; to read a file: sobig-xdp parse FILE");
	return fd;
}

static int parse_run(void *values)
{
	struct parse *parse = values;
	const struct cli_common *common = &parse->common;
	const char *path = common->count ? common->arguments[0] : "-";
	struct policy policy;
	int status, fd;

	status = policy_load(common->config, &policy) ? CLI_FAILED : CLI_DONE;
	if (status)
		return status;
	fd = parse_open(path);
	if (fd >= 0) {
		reader_init(&parse->reader, policy.classes, parse->helo_checked, parse_now(fd));
		parse->reader.exim.wants_arrivals = parse->arrivals && !parse->unmatched;
		status = parse_file(parse, fd, path);
		if (fd != STDIN_FILENO)
			close(fd);
	}
	policy_free(&policy);
	return fd < 0 ? CLI_FAILED : status;
}

const struct cli_command parse_command = {
	"parse",
	"print each offence in a log, without judging; needs no privilege",
	.options = {
		{ "arrivals", OPTIONS_FLAG, NULL, offsetof(struct parse, arrivals),
		  "include accepted mail" },
		{ "unmatched", OPTIONS_FLAG, NULL, offsetof(struct parse, unmatched),
		  "only rejections whose text matches no pattern, with the text" },
		{ "helo-checked", OPTIONS_FLAG, NULL, offsetof(struct parse, helo_checked),
		  "exim rejected each HELO that is not a host name (exim's default)" },
		CLI_CONFIG,
		{ NULL, OPTIONS_FILE, "[FILE|-]",
		  .expected = "one file; for several files: zcat -f FILE... | sobig-xdp parse" },
	},
	.values = &(struct parse){ .minute = -1 },
	.run = parse_run,
};
