// SPDX-License-Identifier: GPL-2.0-only
/* What the rules would say of a host now: its standing, and the points that it has. */
#include "cli/explain_judge.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/output.h"
#include "common/suggest.h"
#include "judge/window.h"
#include "read/file/parallel.h"
#include "read/policy.h"
#include "read/source.h"
#include "status/overview.h"

static void explain_judge_take_row(void *context, const struct standing_row *row)
{
	struct explain_judge *judged = context;

	standing_set(judge_standing(judged->judge), row);
}

/* The standing that a daemon saved last. */
static void explain_judge_read_standing(struct explain_judge *judged, struct db *db,
					const struct overview *overview)
{
	struct standing_clock clock;

	for (int i = 0; i < overview->interfaces_count && !judged->has_standing; i++) {
		if (db_standings(db, overview->interfaces[i].name, &clock, explain_judge_take_row,
				 judged))
			continue;
		judged->has_standing = true;
		standing_set_clock(judge_standing(judged->judge), &clock);
	}
}

/* True if a rule counts `peer` together with the host. */
static bool explain_judge_concerns(const struct explain_judge *judged, const struct addr *peer)
{
	const struct rules *rules = judge_rules(judged->judge);
	const struct addr host = addr_host(peer);
	struct addr_prefix own, other;

	if (!addr_compare(&host, &judged->host))
		return true;
	for (size_t i = 0; i < rules->count; i++)
		if (rule_is_network(&rules->rules[i]) &&
		    judge_target(&rules->rules[i], &judged->host, &own) &&
		    judge_target(&rules->rules[i], &host, &other) &&
		    !addr_compare(&own.addr, &other.addr))
			return true;
	return false;
}

static void explain_judge_event(void *context, uint64_t line, const struct exim_log_found *found)
{
	struct explain_judge *judged = context;

	(void)line;
	if (found->event.time <= judged->since || found->event.time > judged->now ||
	    !explain_judge_concerns(judged, &found->event.peer))
		return;
	judge_recall(judged->judge, &found->event);
}

static void explain_judge_pause(void *context)
{
	(void)context;
}

/* 0 or -errno. */
static int explain_judge_read_file(struct explain_judge *judged, const char *path)
{
	struct chunks_end end;
	struct reader reader;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err;

	if (fd < 0)
		return -errno;
	/* exim may not have checked HELOs: a line with two readings does not count. */
	reader_init(&reader, judged->policy->classes, false, judged->now / 1000);
	err = parallel_read(fd, &reader, explain_judge_event, NULL, explain_judge_pause, judged,
			    &end);
	close(fd);
	return err;
}

/* Earlier lines were there before the first attach, and are not counted. */
static int64_t explain_judge_from(const struct explain_judge *judged,
				  const struct sobig_stats *stats)
{
	const int64_t from = stats->judged_from ? (int64_t)stats->judged_from - 1 : judged->now;

	return judged->since > from ? judged->since : from;
}

static void explain_judge_read_log(struct explain_judge *judged, const struct sobig_stats *stats)
{
	const char *log = stats->log;
	const struct rules *rules = judge_rules(judged->judge);
	char rotated[PATH_MAX + 2];
	uint32_t longest = 0;
	struct stat st;
	int err;

	if (!*log || !strncmp(log, SOURCE_JOURNAL, strlen(SOURCE_JOURNAL)))
		return;
	judged->since = explain_judge_from(judged, stats);
	for (size_t i = 0; i < rules->count; i++)
		if (rules->rules[i].window > longest)
			longest = rules->rules[i].window;
	snprintf(rotated, sizeof(rotated), "%s.1", log);
	if (!stat(rotated, &st) && judged->now / 1000 - st.st_mtime < longest)
		explain_judge_read_file(judged, rotated);
	err = explain_judge_read_file(judged, log);
	if (err)
		log_warning("cannot read \"%s\": %s; the points of the host are not known", log,
			    strerror(-err));
	judged->has_points = !err;
}

int explain_judge_open(const struct cli_common *common, struct db *db, const struct addr *host,
		       int64_t since, struct explain_judge *out)
{
	struct explain_judge judged = { .host = addr_host(host),
					.now = clock_wall_ms(),
					.since = since };
	struct overview *overview = calloc(1, sizeof(*overview));
	uint64_t seed = 0;
	int err = 0;

	judged.policy = calloc(1, sizeof(*judged.policy));
	if (!overview || !judged.policy ||
	    getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		err = -ENOMEM;
	if (!err)
		err = policy_load(common->config, judged.policy);
	if (!err)
		err = judge_open(&judged.policy->rules, seed, &judged.judge);
	if (!err && !overview_read(common->pins, overview)) {
		if (db)
			explain_judge_read_standing(&judged, db, overview);
		if (overview->daemons_count)
			explain_judge_read_log(&judged, overview->daemons[0].stats);
	}
	free(overview);
	if (err)
		explain_judge_close(&judged);
	else
		*out = judged;
	return err;
}

static void explain_judge_view(const struct explain_judge *judged, struct standing_view *out)
{
	standing_get(judge_standing(judged->judge), &judged->host, judged->now, out);
}

/* For how long the rules that need standing still run dry, and why. */
static void explain_judge_print_learning(FILE *to, const struct explain_judge *judged)
{
	const struct judge_state state = judge_state(judged->judge);
	const unsigned int days = judge_rules(judged->judge)->learn;

	if (state.learning)
		fprintf(to,
			"  learning from %u of %u day%s of log: until then, no rule for strangers, known senders or networks blocks a host, because good senders are not known yet\n",
			state.learned, days, suggest_plural(days));
}

void explain_judge_print(FILE *to, const struct explain_judge *judged)
{
	const struct rules *rules = judge_rules(judged->judge);
	char address[ADDR_TEXT_SIZE];
	struct addr_prefix network;
	struct standing_view view;
	unsigned int points;
	bool any = false;

	explain_judge_view(judged, &view);
	fprintf(to, "  standing %s%s: ", view.known ? "known sender" : "stranger",
		view.by_network ? " by its network" : "");
	if (view.accepted)
		fprintf(to,
			"%u message%s accepted and %u offence%s lately (%u%% offences), %u good day%s of the last %d\n",
			view.accepted, suggest_plural(view.accepted), view.bad,
			suggest_plural(view.bad), standing_share(&view), view.days,
			suggest_plural(view.days), STANDING_DAYS);
	else
		fprintf(to, "no mail was accepted from it%s\n",
			judged->has_standing ? "" : ", or its standing is not saved yet");
	explain_judge_print_learning(to, judged);
	if (!judged->has_points)
		return;
	for (size_t i = 0; i < rules->count; i++) {
		points = judge_points(judged->judge, i, &judged->host, judged->now);
		if (!points)
			continue;
		fprintf(to, "%s%u of %u for %s", any ? ", " : "  points   ", points,
			rules->rules[i].limit, rules->rules[i].name);
		if (rule_is_network(&rules->rules[i]) &&
		    judge_target(&rules->rules[i], &judged->host, &network))
			fprintf(to, " (all of %s)", addr_prefix_format(&network, address));
		any = true;
	}
	fputs(any ? "\n" : "  points   none now\n", to);
}

void explain_judge_json(const struct explain_judge *judged, json_t *document)
{
	const struct rules *rules = judge_rules(judged->judge);
	json_t *points = json_array();
	struct standing_view view;
	unsigned int count;

	explain_judge_view(judged, &view);
	json_object_set_new(document, "standing",
			    json_pack("{s:b, s:b, s:i, s:i, s:i, s:i}", "known", view.known,
				      "by_network", view.by_network, "accepted", (int)view.accepted,
				      "offences", (int)view.bad, "offences_percent",
				      (int)standing_share(&view), "good_days", (int)view.days));
	for (size_t i = 0; i < rules->count && judged->has_points; i++) {
		count = judge_points(judged->judge, i, &judged->host, judged->now);
		if (count)
			json_array_append_new(points,
					      json_pack("{s:s, s:i, s:i}", "rule",
							rules->rules[i].name, "points", (int)count,
							"limit", (int)rules->rules[i].limit));
	}
	json_object_set_new(document, "points", points);
}

void explain_judge_close(struct explain_judge *judged)
{
	judge_close(judged->judge);
	if (judged->policy)
		policy_free(judged->policy);
	free(judged->policy);
	memset(judged, 0, sizeof(*judged));
}
