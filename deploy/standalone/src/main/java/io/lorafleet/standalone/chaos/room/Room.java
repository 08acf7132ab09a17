// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import io.lorafleet.broker.Ports;
import io.lorafleet.messages.BlobTree;
import io.lorafleet.standalone.chaos.proxy.KafkaProxy;
import io.lorafleet.standalone.chaos.proxy.ShareObserver;
import io.lorafleet.standalone.chaos.record.Recorder;
import io.lorafleet.standalone.history.WorkerEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A fleet whose parts run in separate processes: brokers, gateways, workers and trainers. */
public final class Room implements AutoCloseable {
    private final RoomSettings settings;
    private final Path root;
    private final Path folder;
    private final Recorder recorder;
    private final Map<String, ChildProcess> processes = new LinkedHashMap<>();
    private final Map<String, URI> urls = new LinkedHashMap<>();
    private final Map<String, KafkaProxy> proxies = new LinkedHashMap<>();
    private final Map<String, Debugger> debuggers = new LinkedHashMap<>();
    private @Nullable Brokers brokers;
    private @Nullable SmallDisk disk;
    private boolean closed;

    /**
     * @param root the repository, which contains the built services
     * @param folder folder for the data and the logs
     */
    public Room(RoomSettings settings, Path root, Path folder, Recorder recorder) {
        this.settings = settings;
        this.root = root;
        this.folder = folder;
        this.recorder = recorder;
    }

    /** Starts everything, and returns when all services are ready. */
    public void start() throws IOException, InterruptedException, ExecutionException {
        Files.createDirectories(folder.resolve("logs"));
        if (settings.smallDisk()) {
            disk = SmallDisk.mount(blobs());
        }
        Files.createDirectories(blobs());
        List<String> services = Stream.of(gateways(), workers(), trainers())
                .flatMap(List::stream)
                .toList();
        brokers = new Brokers(settings.brokers(), services);
        startBrokers();
        for (String service : services) {
            startService(service);
        }
        for (String service : services) {
            process(service).awaitReady();
        }
    }

    public List<String> gateways() {
        return names("gateway-", settings.gateways());
    }

    public List<String> workers() {
        return names("worker-", settings.workers());
    }

    public List<String> trainers() {
        return names("trainer-", settings.trainers());
    }

    public Brokers brokers() {
        return Objects.requireNonNull(brokers, "start() has not been called");
    }

    private static List<String> names(String prefix, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> prefix + i).toList();
    }

    private void startBrokers() throws IOException, InterruptedException, ExecutionException {
        brokers()
                .commands(folder.resolve("data"))
                .forEach((name, command) ->
                        processes.put(name, new ChildProcess(name, command, Map.of(), log(name), null, exit -> {})));
        for (String name : brokers().names()) {
            process(name).start();
        }
        brokers().provision(settings.partitions());
    }

    private void startService(String name) throws IOException {
        KafkaProxy proxy = new KafkaProxy(name.startsWith("worker-") ? shareRecorder(name) : ShareObserver.NONE);
        proxies.put(name, proxy);
        for (BrokerNode node : brokers().nodes()) {
            BrokerNode.Door door = node.door(name);
            proxy.listen(door.proxyPort(), door.port());
        }
        urls.put(name, URI.create("http://127.0.0.1:" + Ports.free()));
        ServiceSettings own = settings.services().getOrDefault(name, ServiceSettings.USUAL);
        start(name, own.build() == null ? root : own.build(), own);
    }

    /** Stops a service of another build, and starts the same service of this build. */
    public void upgrade(String name) throws IOException, InterruptedException {
        process(name).terminate();
        start(name, root, ServiceSettings.USUAL);
        process(name).awaitReady();
    }

    private void start(String name, Path build, ServiceSettings own) throws IOException {
        List<String> options = new ArrayList<>();
        if (own.debugger()) {
            Debugger debugger = new Debugger(Ports.free());
            debuggers.put(name, debugger);
            options.add(debugger.option());
        }
        ChildProcess process = new ChildProcess(
                name,
                command(name, build, options, own.config()),
                WrongClock.environment(own.clock()),
                log(name),
                url(name),
                exit -> recorder.record("processes", new WorkerEvent.Exited(recorder.now(), name, exit)));
        processes.put(name, process);
        process.start();
    }

    private List<String> command(String name, Path build, List<String> options, Map<String, String> more) {
        Map<String, String> config = new LinkedHashMap<>(more);
        config.put(
                "kafka.bootstrap.servers",
                brokers().nodes().stream()
                        .map(node -> "localhost:" + node.door(name).proxyPort())
                        .collect(Collectors.joining(",")));
        config.put("quarkus.http.port", Integer.toString(url(name).getPort()));
        config.put("quarkus.http.host", "127.0.0.1");
        config.put("lorafleet.storage.directory", blobs().toString());
        if (name.startsWith("gateway-")) {
            if (settings.smallDisk()) {
                config.put("lorafleet.storage.min-free-bytes", SmallDisk.RESERVE);
            }
            options.add("-Xmx384m");
            return JavaCommand.service(build, "gateway", options, config);
        }
        options.add("-Xmx768m");
        config.put("lorafleet.model", model().toString());
        if (name.startsWith("trainer-")) {
            config.put("lorafleet.trainer.id", name);
            config.putAll(settings.trainerConfig());
            config.put("lorafleet.trainer.threads", "1");
            return JavaCommand.service(build, "trainer", options, config);
        }
        config.put("lorafleet.worker.id", name);
        config.put("lorafleet.worker.threads", "1");
        config.put("lorafleet.worker.slots", Integer.toString(settings.slots()));
        config.put("lorafleet.worker.interactive-slots", "1");
        config.put("lorafleet.worker.max-batch-rows", "8");
        // A drained worker must finish its requests on a slow machine, too. The cell worker-drain checks that it does.
        config.put("lorafleet.worker.drain-timeout", "PT2M");
        return JavaCommand.service(build, "gpu-worker", options, config);
    }

    private ShareObserver shareRecorder(String worker) {
        return new ShareRecorder(worker, recorder, brokers()::topic);
    }

    public ChildProcess process(String name) {
        return Objects.requireNonNull(processes.get(name), name);
    }

    /** @return the proxy between a service and the brokers */
    public KafkaProxy proxy(String service) {
        return Objects.requireNonNull(proxies.get(service), service);
    }

    /** @return the debugger of a service whose settings ask for one */
    public Debugger debugger(String service) {
        return Objects.requireNonNull(debuggers.get(service), service);
    }

    public URI url(String service) {
        return Objects.requireNonNull(urls.get(service), service);
    }

    public SmallDisk disk() {
        return Objects.requireNonNull(disk, "the settings require no small disk");
    }

    public Path blobs() {
        return folder.resolve("data/blobs");
    }

    /** @return whether there is a blob in the subtree */
    public boolean hasBlobs(BlobTree tree) {
        try (Stream<Path> all = Files.walk(blobs().resolve(tree.folder()))) {
            return all.anyMatch(Files::isRegularFile);
        } catch (IOException | UncheckedIOException changing) {
            return false;
        }
    }

    public Path model() {
        return root.resolve("deploy/demo-model");
    }

    private Path log(String name) {
        return folder.resolve("logs/" + name + ".log");
    }

    public RoomSettings settings() {
        return settings;
    }

    /** Kills everything. A second call has no effect. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        processes.forEach((name, process) -> {
            if (!name.startsWith("broker-")) {
                process.close();
            }
        });
        processes.values().forEach(ChildProcess::close);
        proxies.values().forEach(KafkaProxy::close);
        if (disk != null) {
            disk.close();
        }
    }
}
