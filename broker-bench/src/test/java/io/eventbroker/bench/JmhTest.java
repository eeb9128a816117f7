package io.eventbroker.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventbroker.bench.lab.ForkedJvm;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That the benchmark works; never how fast. In a JVM of its own, since JMH may end the one it runs in. */
@Tag("slow")
@Timeout(120)
class JmhTest {
    @Test
    void runsWithTheProfilerOfAllocationAndEndsWell() throws Exception {
        List<String> briefly = List.of("jmh", "-f", "0", "-wi", "1", "-w", "100ms", "-i", "1", "-r", "100ms");

        String lastLine = new ForkedJvm(BrokerBench.class, briefly, List.of("-Djmh.ignoreLock=true"))
                .run(Duration.ofSeconds(100));

        assertThat(lastLine).startsWith("PublishBenchmark.publish:").contains("gc.");
    }
}
