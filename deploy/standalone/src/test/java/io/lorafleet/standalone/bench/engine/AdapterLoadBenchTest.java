// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.standalone.bench.engine.AdapterLoadBench.Report;
import io.lorafleet.storage.DirectoryBlobStore;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterLoadBenchTest {
    private static final Map<String, Shape> UNET = RandomAdapter.shapes(Path.of("../demo-model"));

    @TempDir
    private Path folder;

    @Test
    void theAdapterFitsTheModelThatItWasMadeFor() throws Exception {
        byte[] file = RandomAdapter.file(UNET, 4, RandomAdapter.MILD, 0);

        Report report = new AdapterLoadBench(new DirectoryBlobStore(folder), UNET, DataType.FLOAT32).run(file, 0, 3);

        assertThat(report.bytes()).isEqualTo(file.length);
        assertThat(report.total().count()).isEqualTo(3);
        assertThat(report.total().max()).isGreaterThanOrEqualTo(report.parse().max());
    }

    @Test
    void theSameSeedGivesTheSameFile() {
        assertThat(RandomAdapter.file(UNET, 2, RandomAdapter.MILD, 5))
                .isEqualTo(RandomAdapter.file(UNET, 2, RandomAdapter.MILD, 5));
        assertThat(RandomAdapter.file(UNET, 2, RandomAdapter.MILD, 5))
                .isNotEqualTo(RandomAdapter.file(UNET, 2, RandomAdapter.MILD, 6));
    }
}
