/** What the broker costs. {@link io.eventbroker.bench.BrokerBench} is the command line. */
@NullMarked
package io.eventbroker.bench;

import org.jspecify.annotations.NullMarked;
