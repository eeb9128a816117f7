/**
 * What the broker carries end to end, beside its peers and on the same machine.
 *
 * <p>{@link io.eventbroker.bench.compare.CompareCommand} is the command, {@code Comparison} the order of the runs,
 * {@code ForkedJvm} and {@code ForkedRun} the two ends of a run in a JVM of its own, and {@code Measurement} what happens
 * in there: {@code Source}s publish {@code Events} to a {@code Contender}, which hands them to one {@code Tally} for each
 * subscriber. To add a contender, implement {@code Contender} and name it in {@code Entry}.
 */
@NullMarked
package io.eventbroker.bench.compare;

import org.jspecify.annotations.NullMarked;
