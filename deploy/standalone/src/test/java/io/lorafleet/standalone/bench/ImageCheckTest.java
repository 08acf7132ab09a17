// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Priority;
import io.lorafleet.standalone.bench.ImageCheck.Result;
import io.lorafleet.standalone.bench.LoadGenerator.Run;
import io.lorafleet.standalone.client.GatewayClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The run has the images g0 and g1. g2 and g3 repeat these images; g4 repeats g0 with the previous version. */
@Timeout(60)
class ImageCheckTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String FAST = fast(1);

    private FakeGateway gateway;
    private GatewayClient client;

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway() {
            @Override
            void onRequest(int number) {
                end("g" + number);
            }
        };
        client = new GatewayClient(gateway.url(), null);
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void pinsTheVersionAndFindsTheSameBytes() throws Exception {
        gateway.image = id -> Images.png(0x808080, FAST);

        Result result = check(null);

        assertThat(result.passed()).isTrue();
        assertThat(result.compared()).isEqualTo(2);
        assertThat(result.identical()).isEqualTo(2);
        assertThat(result.worstPsnr()).isNull();
        assertThat(gateway.requests.get(3).at("/adapters/0/adapter").asText()).isEqualTo("fast@1");
    }

    @Test
    void findsAnImageThatDependsOnItsBatch() throws Exception {
        gateway.image = id -> Images.png(id.equals("g3") ? 0x818181 : 0x808080, FAST);

        Result result = check(null);

        assertThat(result.identical()).isEqualTo(1);
        assertThat(result.worstPsnr()).isBetween(48.0, 48.2);
        assertThat(result.wrong())
                .containsExactly("g1: expected a PSNR of at least 50.0 dB when generated again, found 48.1 dB");
    }

    @Test
    void findsAnImageOfAnotherAdapter() throws Exception {
        gateway.image = id -> Images.png(0, id.equals("g1") ? fast(2) : FAST);

        assertThat(check(null).wrong()).containsExactly("g1: expected the image's adapter to be fast@1, found fast@2");
    }

    @Test
    void aSampleIsEnough() throws Exception {
        gateway.image = id -> Images.png(0, FAST);

        assertThat(check(1).compared()).isEqualTo(1);
    }

    @Test
    void drawsTheVersionBeforeWhichMustBeAnotherImage() throws Exception {
        gateway.image = id -> id.equals("g4") ? Images.png(0x404040, fast(2)) : Images.png(0x808080, fast(3));

        Result result = check("fast@3", null, 1);

        assertThat(result.passed()).isTrue();
        assertThat(result.neighbours()).isEqualTo(1);
        assertThat(result.nearestNeighbourPsnr()).isBetween(11.9, 12.1);
        assertThat(gateway.requests.get(4).at("/adapters/0/adapter").asText()).isEqualTo("fast@2");
    }

    @Test
    void findsThatTwoVersionsCannotBeToldApart() throws Exception {
        gateway.image = id -> Images.png(0x808080, fast(id.equals("g4") ? 2 : 3));

        assertThat(check("fast@3", null, 1).wrong())
                .containsExactly("g0: expected a PSNR of at most 45.0 dB with fast@2, found Infinity dB");
    }

    @Test
    void thereIsNothingBeforeTheFirstVersion() throws Exception {
        gateway.image = id -> Images.png(0, FAST);

        assertThat(check("fast", null, 2).neighbours()).isZero();
    }

    private Result check(Integer sample) throws InterruptedException {
        return check("fast", sample, 0);
    }

    private Result check(String adapter, Integer sample, int neighbours) throws InterruptedException {
        TracedRequest request =
                new TracedRequest(Duration.ZERO, "a star", 7, adapter, 5, 20, null, null, Priority.INTERACTIVE);
        Run run = new LoadGenerator(client, CLOCK, TIMEOUT)
                .run(new Workload(Collections.nCopies(2, request), 1), sent -> {});
        return new ImageCheck(client, TIMEOUT).check(run, sample, neighbours, done -> {});
    }

    private static String fast(int version) {
        return "{'adapter': {'name': 'fast', 'version': " + version + "}}";
    }
}
