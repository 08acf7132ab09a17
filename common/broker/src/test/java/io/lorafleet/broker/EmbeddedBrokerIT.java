package io.lorafleet.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Topic;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {
    @TempDir
    private Path directory;

    @Test
    void keepsTopicsAndGroupSettingsOverARestart() throws Exception {
        FleetTopics topics = new FleetTopics("test.", 2, (short) 1);
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, Ports.free(), Ports.free());
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            topics.provision(admin);
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, Ports.free(), Ports.free());
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            topics.provision(admin);
            assertThat(admin.listTopics().names().get())
                    .containsAll(Arrays.stream(Topic.values())
                            .map(t -> t.in("test."))
                            .toList());
            ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "test." + Topic.WORKER_GROUP);
            assertThat(admin.describeConfigs(List.of(group))
                            .all()
                            .get()
                            .get(group)
                            .get("share.auto.offset.reset")
                            .value())
                    .isEqualTo("earliest");
        }
    }
}
