/**
 * The load that every contender gets, and the account that every subscriber keeps of it.
 *
 * <p>{@code Source}s publish {@code Events} to a {@link io.eventbroker.bench.compare.load.Contender}, which hands them to
 * one {@link io.eventbroker.bench.compare.load.Tally} for each subscriber;
 * {@link io.eventbroker.bench.compare.load.Measurement} does so in windows and checks the accounts after each.
 */
@NullMarked
package io.eventbroker.bench.compare.load;

import org.jspecify.annotations.NullMarked;
