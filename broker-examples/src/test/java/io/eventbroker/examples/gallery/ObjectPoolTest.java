package io.eventbroker.examples.gallery;

import static io.eventbroker.examples.gallery.Contention.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A pool whose objects break when no new ones can be made. */
class ObjectPoolTest {
    @Test
    void aBrokenObjectIsNeverLentAgainThoughNoNewOneCouldBeMade() throws Exception {
        AtomicBoolean isDown = new AtomicBoolean();
        AtomicInteger made = new AtomicInteger();
        ObjectPool<Integer> pool = new ObjectPool<>(1, () -> {
            if (isDown.get()) {
                throw new IllegalStateException("the server is down");
            }
            return made.incrementAndGet();
        });
        isDown.set(true);
        try (ObjectPool<Integer>.Lease lease = pool.borrow(PATIENCE)) {
            assertDown(lease::replace);
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(lease::get)
                    .withMessageContaining("broken");
        }
        assertDown(() -> pool.borrow(PATIENCE));
        assertThat(pool.idle()).as("the place is kept").isEqualTo(1);
        isDown.set(false);
        try (ObjectPool<Integer>.Lease lease = pool.borrow(PATIENCE)) {
            assertThat(lease.get()).isEqualTo(2);
        }
        assertThat(pool.idle()).isEqualTo(1);
    }

    private static void assertDown(ThrowingCallable call) {
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(call).withMessage("the server is down");
    }
}
