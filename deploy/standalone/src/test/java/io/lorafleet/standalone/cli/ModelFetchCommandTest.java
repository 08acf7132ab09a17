// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.lorafleet.diffusion.weights.Checksums;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetches the demo model. */
class ModelFetchCommandTest {
    private static final String SHA256 = "ab".repeat(32);

    @TempDir
    private Path folder;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private Path model;
    private Path target;

    @BeforeEach
    void start() throws IOException {
        target = folder.resolve("fetched");
        model = copyOfDemoModel();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/model/", exchange -> {
            String name = exchange.getRequestURI().getPath().substring("/model/".length());
            asked.add(name);
            if (Files.isRegularFile(model.resolve(name))) {
                byte[] file = Files.readAllBytes(model.resolve(name));
                exchange.sendResponseHeaders(200, file.length);
                exchange.getResponseBody().write(file);
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
            exchange.close();
        });
        server.createContext("/moved/", exchange -> {
            String name = exchange.getRequestURI().getPath().substring("/moved/".length());
            exchange.getResponseHeaders().add("Location", "/model/" + name);
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void fetchesAFolderFromTheWebAndOnlyWhatIsMissing() throws IOException {
        CommandRun run = fetch(url("/moved"));

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualToIgnoringNewLines(target.toString());
        int files = Checksums.read(model).size();
        assertThat(asked).hasSize(files + 1);
        assertThat(CommandRun.of("model", "check", "--directory", target.toString())
                        .exit())
                .isZero();

        Files.writeString(target.resolve("model_index.json"), "damaged");
        asked.clear();
        assertThat(fetch(url("/model/")).exit()).isZero();
        assertThat(asked).containsExactly("SHA256SUMS", "model_index.json");
    }

    @Test
    void fetchesALocalFolderWhoseListIsPinned() {
        String list = Checksums.sha256(List.of(model.resolve("SHA256SUMS")));

        assertThat(fetch(model.toString(), "--sha256", list).exit()).isZero();
        assertThat(target.resolve("unet")).isDirectory();

        CommandRun other = CommandRun.of(
                "model",
                "fetch",
                model.toString(),
                "--sha256",
                SHA256,
                "--to",
                folder.resolve("other").toString());
        assertThat(other.exit()).isOne();
        assertThat(other.err()).contains("expected SHA-256 " + SHA256 + " of SHA256SUMS, found " + list);
    }

    @Test
    void aDamagedFileNeverAppears() throws IOException {
        Path source = Files.createDirectory(folder.resolve("source"));
        Files.writeString(source.resolve("weights"), "damaged");
        Files.writeString(source.resolve("SHA256SUMS"), SHA256 + "  weights\n");

        CommandRun run = fetch(source.toString());

        assertThat(run.exit()).isOne();
        assertThat(run.err()).contains(": expected SHA-256 " + SHA256 + " of weights, found ");
        assertThat(target.toFile().list()).containsExactly("SHA256SUMS");
    }

    @Test
    void filesOutsideTheFolderAreRefused() throws IOException {
        Path source = Files.createDirectory(folder.resolve("source"));
        Files.writeString(source.resolve("SHA256SUMS"), SHA256 + "  ../evil\n");

        assertThat(fetch(source.toString()).err()).contains("expected files in the folder, found ../evil");
    }

    @Test
    void aCheckpointNeedsItsChecksum() {
        assertThat(fetch(url("/model/some.safetensors")).err())
                .contains("--sha256: expected the checksum of the checkpoint, found none");
        assertThat(fetch(url("/model/some.safetensors"), "--sha256", "abc").exit())
                .isEqualTo(2);
        assertThat(fetch(url("/model/some.safetensors"), "--sha256", SHA256).err())
                .contains("/model/some.safetensors: expected a file of the model, found HTTP 404");
        assertThat(fetch(url("/model/unet/diffusion_pytorch_model.safetensors"), "--sha256", SHA256)
                        .err())
                .contains("expected SHA-256 " + SHA256 + " of diffusion_pytorch_model.safetensors, found ");
    }

    @Test
    void nothingIsFetchedFromNowhere() {
        server.stop(0);

        assertThat(fetch(url("/model")).err())
                .contains("/model/SHA256SUMS: expected a file of the model, found no server");
    }

    /** The copy has a SHA256SUMS that lists all files. */
    private Path copyOfDemoModel() throws IOException {
        Path demo = Path.of("../demo-model");
        Path copy = folder.resolve("model");
        List<String> sums = new ArrayList<>();
        for (String part : List.of("model_index.json", "scheduler", "text_encoder", "tokenizer", "unet", "vae")) {
            try (Stream<Path> files = Files.walk(demo.resolve(part))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    String name = demo.relativize(file).toString();
                    Files.createDirectories(copy.resolve(name).getParent());
                    Files.copy(file, copy.resolve(name));
                    sums.add(Checksums.sha256(List.of(file)) + "  " + name);
                }
            }
        }
        Files.write(copy.resolve("SHA256SUMS"), sums);
        return copy;
    }

    private String url(String path) {
        return "http://localhost:" + server.getAddress().getPort() + path;
    }

    private CommandRun fetch(String location, String... options) {
        List<String> arguments = new ArrayList<>(List.of("model", "fetch", location, "--to", target.toString()));
        arguments.addAll(List.of(options));
        return CommandRun.of(arguments.toArray(String[]::new));
    }
}
