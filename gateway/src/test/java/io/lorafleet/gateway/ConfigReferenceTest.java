// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import io.lorafleet.testkit.ConfigReference;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {
    @Test
    void isUpToDate() throws IOException {
        new ConfigReference(
                        GatewayConfig.class,
                        Path.of("src/main/java"),
                        Path.of("../common/storage/src/main/java/io/lorafleet/storage/config/StorageConfig.java"))
                .check(Path.of("../docs/configuration.md"), "gateway");
    }
}
