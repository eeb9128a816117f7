package io.eventbroker.examples.returns;

import java.util.Locale;

/** The departments, by the names of their subscriptions. */
enum DepartmentName {
    BILLING,
    WAREHOUSE,
    INVENTORY,
    NOTIFICATIONS;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
