/** Building blocks that know nothing of topics and subscriptions: a ring, counters, waiting. Not exported. */
@NullMarked
package io.eventbroker.internal;

import org.jspecify.annotations.NullMarked;
