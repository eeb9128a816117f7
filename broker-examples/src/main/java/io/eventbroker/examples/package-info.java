/** Programs that use the event broker. The main one is {@link io.eventbroker.examples.Returns}. */
@NullMarked
package io.eventbroker.examples;

import org.jspecify.annotations.NullMarked;
