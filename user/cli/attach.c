// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp attach: opens the logs, the judge and the filter, and runs the daemon. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "cli/history.h"
#include "cli/home.h"
#include "common/log.h"
#include "config/overrides.h"
#include "daemon/closer.h"
#include "daemon/daemon.h"
#include "daemon/exempt.h"
#include "daemon/interfaces.h"
#include "daemon/learn.h"
#include "daemon/loop.h"
#include "daemon/reload.h"
#include "daemon/restore.h"
#include "daemon/signals.h"
#include "daemon/starting.h"
#include "exim/ask.h"
#include "exim/asking.h"

_Static_assert(OPTIONS_LIST_MAX >= DAEMON_LOGS_MAX, "each log can be named");

/* Memory for the log lines of offences, in bytes. */
#define ATTACH_EVIDENCE (8u << 20)

struct attach {
	struct cli_common common;
	struct daemon daemon;
	struct options_list logs, journals;
	bool helo_checked;
	bool ran; /* the start succeeded, or was ended on request */
};

/* Opens one log at the saved log position, or at its end. */
static int attach_open_source(struct attach *attach, const char *name, bool journal,
			      struct daemon_log *log)
{
	struct daemon *daemon = &attach->daemon;
	struct classifier *classes = daemon->policy.classes;
	struct log_position done, from;
	char known[PATH_MAX + 16];

	snprintf(known, sizeof(known), "%s%s", journal ? SOURCE_JOURNAL : "", name);
	log->behind = log->seen = !restore_position(daemon->restore, known, &done, &from);
	if (journal && log->behind)
		return source_open_journal_at(name, classes, attach->helo_checked, &done,
					      &log->source);
	if (journal)
		return source_open_journal(name, classes, attach->helo_checked, &log->source);
	if (log->behind)
		return source_open_file_at(name, classes, attach->helo_checked, &done, &from,
					   &log->source);
	return source_open_file(name, classes, attach->helo_checked, &log->source);
}

static int attach_open_log(struct attach *attach, const char *path)
{
	struct daemon *daemon = &attach->daemon;
	struct daemon_log *log = &daemon->logs[daemon->logs_count];
	const char *name = strrchr(path, '/');
	int err;

	name = name ? name + 1 : path;
	if (!strncmp(name, "reject", strlen("reject")) ||
	    !strncmp(name, "panic", strlen("panic"))) {
		log_error(
			"\"%s\" is not exim's main log: the reject log contains text from peers that can imitate log lines, so a peer could get other hosts blocked; name the main log with --log",
			path);
		return -EINVAL;
	}
	err = attach_open_source(attach, path, false, log);

	if (err == -EISDIR || err == -ESPIPE)
		log_error("\"%s\" is not a file; name exim's main log with --log", path);
	else if (err == -ENOENT || err == -ENOTDIR)
		log_error("the folder of \"%s\" does not exist; name exim's main log with --log",
			  path);
	else if (err)
		log_error("cannot follow \"%s\": %s", path, strerror(-err));
	if (err)
		return err;
	log->daemon = daemon;
	daemon->logs_count++;
	err = source_state(log->source).error;
	if (err == EACCES || err == EPERM) {
		log_error("cannot read \"%s\": %s", path, strerror(err));
		return -EACCES;
	}
	return 0;
}

static int attach_open_journal(struct attach *attach, const char *unit)
{
	struct daemon *daemon = &attach->daemon;
	struct daemon_log *log = &daemon->logs[daemon->logs_count];
	int err = attach_open_source(attach, unit, true, log);

	if (err) {
		log_error("cannot read the journal of %s: %s", unit, strerror(-err));
		return err;
	}
	log->daemon = daemon;
	daemon->logs_count++;
	return 0;
}

/* Asks exim; see starting_wait(). */
static int attach_ask(struct attach *attach, struct asking_answer *answer)
{
	struct asking *asking;
	int err = asking_open(&asking);

	if (err) {
		log_error("cannot ask exim: %s", strerror(-err));
		return err;
	}
	err = starting_wait(&attach->daemon, asking_fd(asking), SOBIG_WAIT_LOG);
	asking_close(asking, answer);
	return err;
}

static int attach_find_log(struct attach *attach)
{
	static struct asking_answer answer;
	int err = attach_ask(attach, &answer);

	if (err)
		return err;
	attach->helo_checked |= answer.checks_helo;
	err = answer.err;
	if (err == -ENOTSUP)
		log_error(
			"exim logs to syslog or to files with a date in the name; name the file that syslog writes with --log, or the systemd unit of exim with --journal exim4");
	else if (err)
		log_error(
			"cannot find exim's log: exim did not report one, and it is not in the usual places; name it with --log");
	else
		attach->logs.at[attach->logs.count++] = answer.log;
	return err;
}

static int attach_open_logs(struct attach *attach)
{
	struct daemon *daemon = &attach->daemon;
	int err = 0;

	/* The exim that writes a log named with --log is not known, so it is not asked. */
	if (!attach->logs.count && !attach->journals.count)
		err = attach_find_log(attach);
	for (int i = 0; i < attach->logs.count && !err; i++)
		err = attach_open_log(attach, attach->logs.at[i]);
	for (int i = 0; i < attach->journals.count && !err; i++)
		err = attach_open_journal(attach, attach->journals.at[i]);
	if (!err)
		snprintf(daemon->stats.log, sizeof(daemon->stats.log), "%s",
			 source_name(daemon->logs[0].source));
	for (int i = 0; i < daemon->logs_count && !err; i++)
		restore_follow(daemon->restore, daemon, i);
	return err;
}

static int attach_start(struct attach *attach, char **interfaces, int count)
{
	struct daemon *daemon = &attach->daemon;
	int err = evidence_open(ATTACH_EVIDENCE, daemon->seed, &daemon->evidence);

	if (!err)
		err = home_publish(history_folder(&attach->common, &daemon->policy.config.state),
				   daemon->overrides.config, &daemon->stats);
	/* The list of `allow` is in the same directory. */
	daemon->state = daemon->stats.state;
	if (err)
		return err;
	signals_hold();
	err = interfaces_claim(daemon, interfaces, count);
	if (!err) {
		starting_note(daemon, SOBIG_WAIT_STATE);
		err = restore_open(daemon, daemon->stats.state, interfaces[0], &daemon->restore);
	}
	if (!err)
		err = attach_open_logs(attach);
	if (err)
		return err;
	daemon->stats.logs = daemon->logs_count;
	err = interfaces_take(daemon);
	/* This takes seconds if the DNS does not answer; the restored blocks are already active. */
	if (!err)
		err = exempt_open(daemon, &daemon->exempt);
	if (!err)
		err = closer_open(&daemon->closer);
	if (!err)
		err = closer_allow(daemon->closer, exempt_set(daemon->exempt));
	if (err)
		return err;
	closer_guard(daemon->closer, daemon->filter.ports);
	judge_allow(daemon->judge, exempt_set(daemon->exempt));
	for (int i = 0; i < daemon->logs_count; i++)
		log_notice("following %s", source_name(daemon->logs[i].source));
	reload_log_rules(daemon);
	if (!restore_is_learned(daemon->restore))
		err = learn_open(daemon, attach->helo_checked, &daemon->learn);
	if (err)
		return err;
	attach->ran = true;
	return loop_run(daemon);
}

/*
 * After a run, detaches all interfaces unless --persist is given; after a failed start, detaches
 * those that were not attached before. A filter that was not taken over is not changed.
 */
static int attach_close(struct attach *attach)
{
	struct daemon *daemon = &attach->daemon;
	int err = 0, failed;

	ask_cancel();
	for (int i = 0; i < daemon->interfaces_count; i++) {
		struct daemon_interface *interface = &daemon->interfaces[i];
		bool persist = attach->ran && interface->program ? daemon->persist
								 : interface->inherited;

		if (interface->claim >= 0 && persist)
			log_notice(
				"%s: the filter and the blocks stay in place; to remove them: sobig-xdp detach %s",
				interface->name, interface->name);
		if (interface->claim >= 0)
			restore_run(daemon, interface->name,
				    attach->ran ? DB_RUN_SIGNAL : DB_RUN_FAILED);
		failed = interfaces_release(daemon, interface, persist);
		err = failed ? failed : err;
	}
	learn_close(daemon->learn);
	restore_close(daemon->restore);
	for (int i = 0; i < daemon->logs_count; i++)
		source_close(daemon->logs[i].source);
	closer_close(daemon->closer);
	blocks_close(daemon->blocks);
	judge_close(daemon->judge);
	exempt_close(daemon->exempt);
	evidence_close(daemon->evidence);
	policy_free(&daemon->policy);
	return err;
}

/* Checks that need more than one option or argument. CLI_DONE or CLI_USAGE (logged). */
static int attach_check(const struct attach *attach)
{
	char **names = attach->common.arguments;

	if (attach->logs.count + attach->journals.count > DAEMON_LOGS_MAX)
		return cli_usage(&attach->common, "too many logs: expected at most %d",
				 DAEMON_LOGS_MAX);
	for (int i = 0; i < attach->common.count; i++)
		for (int j = 0; j < i; j++)
			if (!strcmp(names[i], names[j]))
				return cli_usage(&attach->common, "interface %s is given twice",
						 names[i]);
	return CLI_DONE;
}

static int attach_run(void *values)
{
	struct attach *attach = values;
	struct cli_common *common = &attach->common;
	struct daemon *daemon = &attach->daemon;
	int status = attach_check(attach), err;

	if (!status)
		status = cli_need_privilege();
	if (status)
		return status;
	common->lines = true;
	daemon->json = common->json;
	daemon->state = common->state;
	daemon->overrides.config = common->config;
	daemon->filter.pins = common->pins;
	if (getrandom(&daemon->seed, sizeof(daemon->seed), 0) < 0)
		return cli_status(-errno);
	status = reload_load(daemon) ? CLI_FAILED : CLI_DONE;
	if (status)
		return status;

	err = attach_start(attach, common->arguments, common->count);
	/* A signal or sobig-xdp detach has ended the start. */
	if (err == -ECANCELED) {
		attach->ran = true;
		err = 0;
	}
	status = attach_close(attach);
	return cli_status(err ? err : status);
}

static const char *const attach_modes[] = {
	[FILTER_AUTO] = "auto",
	[FILTER_NATIVE] = "native",
	[FILTER_GENERIC] = "generic",
	NULL,
};

#define ATTACH_AT(member) offsetof(struct attach, member)

const struct cli_command attach_command = {
	"attach",
	"attach the filter to interfaces, follow exim's log, block offenders",
	.options = {
		{ "log", OPTIONS_FILE, "FILE", ATTACH_AT(logs),
		  "follow FILE instead of the log that exim reports", .repeats = true },
		{ "journal", OPTIONS_TEXT, "UNIT", ATTACH_AT(journals),
		  "follow the journal of a systemd unit", .repeats = true },
		{ "helo-checked", OPTIONS_FLAG, NULL, ATTACH_AT(helo_checked),
		  "exim rejects a HELO that is not a host name (exim's default)" },
		CLI_OVERRIDES(ATTACH_AT(daemon.overrides.rule)),
		{ "port", OPTIONS_PORTS, "PORT,...", ATTACH_AT(daemon.overrides.ports),
		  "protect these TCP ports (those that the rules close: 25,465,587)" },
		{ "blocks", OPTIONS_NUMBER, "N", ATTACH_AT(daemon.overrides.blocks),
		  "room for N IPv4 addresses and N/2 IPv6 networks", .min = CONFIG_FILTER_BLOCKS_MIN,
		  .max = SOBIG_BLOCKS_MAX },
		{ "mode", OPTIONS_CHOICE, "MODE", ATTACH_AT(daemon.filter.mode),
		  .words = attach_modes },
		{ "dry-run", OPTIONS_FLAG, NULL, ATTACH_AT(daemon.filter.dry_run),
		  "dry run: judge and count, but drop nothing" },
		{ "persist", OPTIONS_FLAG, NULL, ATTACH_AT(daemon.persist),
		  "leave the filter and the blocks in place on exit" },
		{ "keep", OPTIONS_FLAG, NULL, ATTACH_AT(daemon.persist),
		  .hidden = true }, /* the name in version 0.1 */
		CLI_CONFIG,
		{ NULL, OPTIONS_INTERFACE, "INTERFACE...", .repeats = true, .min = 1,
		  .max = PINS_INTERFACES_MAX,
		  .expected = "the interfaces that receive mail, such as eth0" },
	},
	.values = &(struct attach){},
	.run = attach_run,
};
