/**
 * How long events take from the moment they were meant to be published to the handler, at a steady rate.
 *
 * <p>{@link io.eventbroker.bench.latency.LatencyCommand} is the command, {@code LatencyRun} what happens in the JVM of a
 * run: a {@code Pacer} publishes each event when its {@code Schedule} says, whatever became of those before (an open
 * loop), into a {@code Channel}, and at the other end a {@code Receiver} notes how much later than the schedule it came.
 * So an event that had to wait for a stalled one before it counts as late as it was, and no omission has to be corrected
 * afterwards.
 */
@NullMarked
package io.eventbroker.bench.latency;

import org.jspecify.annotations.NullMarked;
