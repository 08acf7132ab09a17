// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.diffusion.weights.PipelineFolder;
import io.lorafleet.worker.job.ImageEngine;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.inject.Instance;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnusableModelTest {
    @TempDir
    private Path folder;

    private final List<Integer> statuses = new ArrayList<>();

    @Test
    void exitsWithAnErrorStatusAndConsumesNoRequest() throws Exception {
        RequestIntake intake = new RequestIntake(null, Map.of(), engine(), null, null, null, null, null);
        intake.exit = statuses::add;
        intake.start(new StartupEvent());
        assertThat(statuses).containsExactly(2);
        intake.stop(null); // publishes nothing, because no status was published
    }

    /** @return an engine for a folder without a model */
    @SuppressWarnings("unchecked")
    private Instance<ImageEngine> engine() {
        Class<?>[] type = {Instance.class};
        return (Instance<ImageEngine>) Proxy.newProxyInstance(
                getClass().getClassLoader(), type, (proxy, method, arguments) -> PipelineFolder.open(folder));
    }
}
