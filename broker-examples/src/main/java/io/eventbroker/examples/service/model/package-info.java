/** What happens in return management as a service: the events, and what each department makes of a return. */
@NullMarked
package io.eventbroker.examples.service.model;

import org.jspecify.annotations.NullMarked;
