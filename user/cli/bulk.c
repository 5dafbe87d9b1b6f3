// SPDX-License-Identifier: GPL-2.0-only
/* Adds or removes many blocks and reports the result, for block, unblock and import. */
#include "cli/bulk.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/absence.h"
#include "cli/filter_ports.h"
#include "cli/history.h"
#include "cli/home.h"
#include "common/array.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/log.h"
#include "common/output.h"
#include "common/suggest.h"
#include "config/config.h"
#include "kernel/blocks_list.h"
#include "kernel/blocks_remove.h"
#include "kernel/connections.h"

#define BULK_LINE 65536

/* Reads whether open connections of blocked hosts are to be ended. */
static void bulk_read_config(struct bulk *bulk)
{
	struct config_error why;
	struct config config;

	if (bulk->unblock || bulk->finish)
		return;
	home_ports(bulk->common.pins, false, bulk->port_numbers);
	if (config_load(bulk->common.config, &config, &why)) {
		log_warning("%s; open connections of blocked hosts are ended", why.text);
		return;
	}
	bulk->finish = config.filter.finish;
	config_free(&config);
}

int bulk_open(struct bulk *bulk)
{
	struct cli_common *common = &bulk->common;
	int status = cli_need_privilege(), err;

	if (status)
		return status;
	err = bulk->ports ? filter_ports_check(common, bulk->ports) : 0;
	if (err)
		return err == -EINVAL ? CLI_USAGE : cli_status(err);
	err = blocks_open(common->pins, &bulk->blocks);
	if (err)
		return absence_report(common, err);
	home_take(common);
	if (!bulk->unblock && targets_open(common, bulk->force, &bulk->targets)) {
		log_error(
			"nothing blocked: the allow list could not be read; use --force to ignore it");
		blocks_close(bulk->blocks);
		return CLI_FAILED;
	}
	bulk_read_config(bulk);
	bulk->done = json_array();
	return CLI_DONE;
}

/* Reports the result for one target, as text or JSON. */
static void bulk_report(struct bulk *bulk, const struct addr_prefix *target, bool was_blocked,
			uint32_t left)
{
	char address[ADDR_TEXT_SIZE], duration[DURATION_TEXT_SIZE];
	uint32_t seconds = bulk->request.seconds;

	if (!bulk->each)
		return;
	addr_prefix_format(target, address);
	if (bulk->common.json)
		json_array_append_new(bulk->done, json_string(address));
	else if (!bulk->unblock)
		/* The seconds of the two clocks do not start together: tolerate one more. */
		printf(left > seconds + 1 ? "%s: already blocked, for another %s\n"
					  : "%s: blocked for %s\n",
		       address, duration_format(left > seconds + 1 ? left : seconds, duration));
	else
		printf("%s: %s\n", address, was_blocked ? "unblocked" : "was not blocked");
}

/* Ends the open connections of the first `count` targets, which are blocked now. */
static void bulk_end_connections(struct bulk *bulk, size_t count)
{
	struct connections *connections;
	uint64_t ended = 0;
	int err;

	if (bulk->finish || bulk->end_err || !*bulk->port_numbers)
		return;
	err = connections_open(bulk->port_numbers, &connections);
	if (!err) {
		for (size_t i = 0; i < count && connections_count(connections); i++)
			connections_mark(connections, &bulk->target[i], bulk->request.ports);
		err = connections_end(connections, &ended);
		connections_free(connections);
	}
	bulk->ended += ended;
	bulk->end_err = err;
	if (err)
		log_warning("cannot end open connections of blocked hosts: %s; they continue",
			    err == -EOPNOTSUPP
				    ? "this kernel was built without CONFIG_INET_DIAG_DESTROY"
				    : strerror(-err));
}

static void bulk_block(struct bulk *bulk)
{
	char address[ADDR_TEXT_SIZE];
	size_t done = 0;
	int err;

	bulk->request.until = clock_seconds_after(bulk->request.seconds);
	err = blocks_add(bulk->blocks, bulk->target, bulk->count, &bulk->request, bulk->left,
			 &done);
	for (size_t i = 0; i < done; i++)
		bulk_report(bulk, &bulk->target[i], true, bulk->left[i]);
	bulk->blocked += done;
	bulk_end_connections(bulk, done);
	if (done)
		history_enter(&bulk->common, bulk->target, done, &bulk->request);
	if (!err)
		return;
	addr_prefix_format(&bulk->target[done], address);
	if (err == -E2BIG)
		log_error(
			"the table of blocks is full: %zu not blocked, starting with \"%s\"; raise \"blocks\" in [filter], or attach --blocks",
			bulk->count - done, address);
	else
		log_error("%s: %zu not blocked, starting with \"%s\"", strerror(-err),
			  bulk->count - done, address);
	bulk->err = err;
}

/* An unblocked host may still be in a blocked network. */
static void bulk_warn_covered(struct bulk *bulk, const struct addr_prefix *target)
{
	char address[ADDR_TEXT_SIZE], network[ADDR_TEXT_SIZE];
	struct addr_prefix covering;

	if (blocks_list_covering(bulk->blocks, target, &covering))
		return;
	log_warning("\"%s\" is still blocked: it is in the blocked network %s",
		    addr_prefix_format(target, address), addr_prefix_format(&covering, network));
	bulk->refused++;
}

static void bulk_unblock(struct bulk *bulk)
{
	char address[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < bulk->count; i++) {
		int err = blocks_remove(bulk->blocks, &bulk->target[i]);

		if (err && err != -ENOENT) {
			log_error("\"%s\": %s", addr_prefix_format(&bulk->target[i], address),
				  strerror(-err));
			bulk->err = err;
			continue;
		}
		bulk->unblocked += !err;
		bulk->absent += err == -ENOENT;
		bulk_report(bulk, &bulk->target[i], !err, 0);
		bulk_warn_covered(bulk, &bulk->target[i]);
	}
	history_unblock(&bulk->common, bulk->target, bulk->count);
}

static void bulk_flush(struct bulk *bulk)
{
	if (!bulk->count)
		return;
	if (bulk->unblock)
		bulk_unblock(bulk);
	else
		bulk_block(bulk);
	bulk->count = 0;
}

static int bulk_make_room(struct bulk *bulk)
{
	void *target = array_grow(bulk->target, bulk->count, sizeof(*bulk->target));
	void *left = array_grow(bulk->left, bulk->count, sizeof(*bulk->left));

	bulk->target = target ? target : bulk->target;
	bulk->left = left ? left : bulk->left;
	return target && left ? 0 : -ENOMEM;
}

static void bulk_push(struct bulk *bulk, const struct addr_prefix *target)
{
	if (bulk_make_room(bulk)) {
		bulk->err = -ENOMEM;
		return;
	}
	bulk->target[bulk->count++] = *target;
	if (bulk->count == BULK_MAX)
		bulk_flush(bulk);
}

/* Blocks a network without the allowed hosts in it. False: the network contains no allowed host. */
static bool bulk_split(struct bulk *bulk, const char *text, const struct addr_prefix *target)
{
	struct blocks_exempt_pieces rest = { 0 };
	char why[160];
	int err = targets_split(bulk->targets, target, &rest, why, sizeof(why));

	if (err == -ENOENT)
		return false;
	if (err || !rest.count) {
		log_error(
			"\"%s\" is not blocked: it contains %s, and the rest cannot be blocked: %s",
			text, why, err ? strerror(-err) : "the whole network is allowed");
		bulk->refused++;
	} else {
		log_notice("\"%s\" contains %s: the rest is blocked, as %zu network%s", text, why,
			   rest.count, suggest_plural(rest.count));
		for (size_t i = 0; i < rest.count && !bulk->err; i++)
			bulk_push(bulk, &rest.target[i]);
	}
	blocks_exempt_free(&rest);
	return true;
}

void bulk_add(struct bulk *bulk, const char *text)
{
	struct addr_prefix target;
	char why[160];
	bool refused;

	if (targets_parse(text, &target)) {
		bulk->refused++;
		return;
	}
	if (!bulk->unblock) {
		refused = targets_refuse(bulk->targets, &target, why, sizeof(why));
		if (refused && bulk->split && bulk_split(bulk, text, &target))
			return;
		if (refused) {
			log_error("\"%s\" is not blocked: %s", text, why);
			bulk->refused++;
			return;
		}
	}
	bulk_push(bulk, &target);
	if (bulk->err == -ENOMEM)
		log_error("\"%s\" and the following entries are not blocked: %s", text,
			  strerror(ENOMEM));
}

/* One line, which may end in CR LF; a comment begins with '#' or ';'. */
static void bulk_add_line(struct bulk *bulk, char *line)
{
	char *word = line + strspn(line, " \t"), *end;

	word[strcspn(word, "#;\r\n")] = '\0';
	for (end = word + strlen(word); end > word && strchr(" \t", end[-1]); end--)
		end[-1] = '\0';
	if (*word)
		bulk_add(bulk, word);
}

/* True if there is nothing to read now: the writer may be waiting for a result. */
static bool bulk_must_wait(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	return !poll(&ready, 1, 0);
}

void bulk_read(struct bulk *bulk, int fd)
{
	static char buffer[BULK_LINE + 1];
	size_t have = 0;
	ssize_t got = 1;
	char *at, *lf;

	while (got && !bulk->err) {
		if (bulk_must_wait(fd))
			bulk_flush(bulk);
		got = read(fd, buffer + have, BULK_LINE - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			log_error("cannot read standard input: %s", strerror(errno));
			bulk->err = -EIO;
			break;
		}
		have += got;
		for (at = buffer; (lf = memchr(at, '\n', buffer + have - at)); at = lf + 1) {
			*lf = '\0';
			bulk_add_line(bulk, at);
		}
		have = buffer + have - at;
		memmove(buffer, at, have);
		if (have == BULK_LINE) {
			log_error(
				"standard input has a line of more than %d bytes; expected one address per line",
				BULK_LINE);
			bulk->err = -EINVAL;
		}
	}
	buffer[have] = '\0';
	if (have && !bulk->err)
		bulk_add_line(bulk, buffer);
}

static void bulk_sum_up(const struct bulk *bulk)
{
	if (bulk->all)
		printf("%llu unblocked\n", (unsigned long long)bulk->unblocked);
	else if (bulk->unblock)
		printf("%llu unblocked, %llu not blocked, %llu refused\n",
		       (unsigned long long)bulk->unblocked, (unsigned long long)bulk->absent,
		       (unsigned long long)bulk->refused);
	else
		printf("%llu blocked, %llu refused\n", (unsigned long long)bulk->blocked,
		       (unsigned long long)bulk->refused);
}

int bulk_close(struct bulk *bulk)
{
	int status;

	bulk_flush(bulk);
	status = bulk->refused ? CLI_FAILED : cli_status(bulk->err);
	if (bulk->common.json) {
		json_t *document = output_document(bulk->common.command->name);

		json_object_set(document, "addresses", bulk->each ? bulk->done : json_null());
		json_object_set_new(document, bulk->unblock ? "unblocked" : "blocked",
				    json_integer(bulk->unblock ? bulk->unblocked : bulk->blocked));
		if (bulk->unblock)
			json_object_set_new(document, "absent", json_integer(bulk->absent));
		json_object_set_new(document, "refused", json_integer(bulk->refused));
		if (!bulk->unblock)
			json_object_set_new(document, "connections_ended",
					    json_integer(bulk->ended));
		if (cli_print_json(&bulk->common, document))
			status = CLI_FAILED;
	} else if (!bulk->each) {
		bulk_sum_up(bulk);
	}
	if (!bulk->common.json && bulk->ended)
		printf("%llu open connection%s ended\n", (unsigned long long)bulk->ended,
		       suggest_plural(bulk->ended));
	json_decref(bulk->done);
	blocks_close(bulk->blocks);
	targets_close(bulk->targets);
	free(bulk->target);
	free(bulk->left);
	return status;
}
