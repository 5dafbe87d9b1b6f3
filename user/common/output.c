// SPDX-License-Identifier: GPL-2.0-only
/* Creates JSON documents and prints them to standard output. */
#include "common/output.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

json_t *output_document(const char *kind)
{
	json_t *json = json_pack("{s:s, s:i}", "kind", kind, "shape", OUTPUT_SHAPE);

	if (!json) {
		log_error("out of memory");
		exit(1);
	}
	return json;
}

/* The length in bytes of the UTF-8 character at `at`; 0: it is not valid UTF-8. */
static size_t output_character(const char *at)
{
	for (size_t length = 1; length <= 4 && at[length - 1]; length++) {
		json_t *one = json_stringn(at, length);

		json_decref(one);
		if (one)
			return length;
	}
	return 0;
}

json_t *output_text(const char *text)
{
	static const char unknown[] = "\xef\xbf\xbd";
	json_t *json = text ? json_string(text) : json_null();
	char *clean, *to;

	if (json || !text)
		return json;
	clean = to = malloc(strlen(text) * strlen(unknown) + 1);
	for (size_t length; clean && *text; text += length ? length : 1) {
		length = output_character(text);
		to = mempcpy(to, length ? text : unknown, length ? length : strlen(unknown));
	}
	json = clean ? json_stringn(clean, to - clean) : json_null();
	free(clean);
	return json;
}

int output_print(json_t *json, bool compact)
{
	json_dumpf(json, stdout, compact ? JSON_COMPACT : JSON_INDENT(2));
	json_decref(json);
	putchar('\n');
	return output_end();
}

void output_line(const char *kind, json_t *entry)
{
	json_t *document = output_document(kind);

	json_object_update(document, entry);
	json_decref(entry);
	json_dumpf(document, stdout, JSON_COMPACT);
	json_decref(document);
	putchar('\n');
}

/* POLLOUT of a pipe means that PIPE_BUF bytes fit; files are always ready. */
bool output_is_ready(int fd)
{
	struct pollfd out = { .fd = fd, .events = POLLOUT };

	return poll(&out, 1, 0) != 0;
}

int output_end(void)
{
	int err;

	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	err = errno ? -errno : -EIO;
	log_error("cannot write to standard output: %s", strerror(-err));
	return -EIO;
}

json_t *output_ports(const uint16_t ports[SOBIG_PORTS_MAX])
{
	json_t *array = json_array();

	for (int i = 0; i < SOBIG_PORTS_MAX && ports[i]; i++)
		json_array_append_new(array, json_integer(ports[i]));
	return array;
}
