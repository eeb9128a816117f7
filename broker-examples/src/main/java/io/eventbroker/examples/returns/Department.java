package io.eventbroker.examples.returns;

import io.eventbroker.examples.returns.ReturnEvent.ReturnCreated;
import java.io.IOException;
import java.util.Optional;

/**
 * Reacts to returns. It knows neither who publishes them nor who else reacts.
 *
 * <p><b>Threads.</b> None of its own and no locks: its state belongs to the worker of its subscription until the broker
 * has closed, and to whoever closed the broker from then on.
 */
interface Department {
    /**
     * Decides what to do about a return.
     *
     * @param created the return
     * @return what was decided, for everybody to know; empty if there is nothing to tell
     * @throws IOException if the decision could not be carried out
     */
    Optional<ReturnEvent> decide(ReturnCreated created) throws IOException;
}
