// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.gateway.storage.ClientBlobs;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.AdapterVersion.TextEncoder;
import io.lorafleet.messages.adapter.Embedding;
import io.lorafleet.messages.adapter.SamplingDefaults;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.messages.worker.WorkerStatus.TextEncoderShape;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.registry.VersionNumbers;
import io.lorafleet.safetensors.BadSafetensorsException;
import io.lorafleet.safetensors.SafetensorsHeader;
import io.lorafleet.safetensors.adapter.AdapterContents;
import io.lorafleet.safetensors.adapter.BadAdapterException;
import io.lorafleet.safetensors.adapter.EmbeddingContents;
import io.lorafleet.safetensors.adapter.PeftFiles;
import io.lorafleet.safetensors.adapter.TextEncoderFit;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import io.lorafleet.storage.BlobStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Handles adapter uploads: checks each file, stores it under the hash of its content, and publishes a new version.
 *
 * <p>If publishing fails, a repeated upload gets the same version number. If a stored file is missing or damaged, an
 * upload of the same file repairs it.
 */
public final class AdapterUploads {
    /** A placeholder until the file's hash is known. */
    private static final String ANY_SHA256 = "0".repeat(64);

    private final AdapterRegistry registry;
    private final AdapterLog log;
    private final VersionNumbers numbers;
    private final ClientBlobs clientBlobs;
    private final ModelDirectory models;
    private final long maxBytes;
    private final Clock clock;

    public AdapterUploads(
            AdapterRegistry registry,
            AdapterLog log,
            BlobStore blobs,
            ClientBlobs clientBlobs,
            ModelDirectory models,
            long maxBytes,
            Clock clock) {
        this.registry = registry;
        this.log = log;
        this.numbers = new VersionNumbers(blobs);
        this.clientBlobs = clientBlobs;
        this.models = models;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /**
     * The adapter properties that the uploader declares.
     *
     * @param model name of the base for which the adapter was made; null for the default base
     * @param textEncoder what to do with tensors for a text encoder
     * @param samplingDefaults sampling that the author prescribes; null for none
     * @param triggerWord word that an embedding's vectors replace; null for the word in the file or, if the file has
     *     none, for the adapter's name
     */
    public record Description(
            String name,
            AdapterVersion.Kind kind,
            @Nullable Double guidance,
            @Nullable String model,
            TextEncoderTensors textEncoder,
            @Nullable SamplingDefaults samplingDefaults,
            @Nullable String triggerWord) {}

    /**
     * Publishes the file as the newest version of the adapter. The checks run as early as possible: first the declared
     * properties, then the length, then the header. The tensors are read last.
     *
     * @param owner the caller; null in open mode
     * @param declaredBytes the declared length of the file; negative if unknown
     * @param safetensors content of the file; read up to the length that the header declares, but not closed
     * @throws io.lorafleet.storage.StorageFullException if the blob store is full
     * @throws io.lorafleet.gateway.storage.AllowanceUsedException if the owner's allowance is used up
     */
    public Upload upload(Description adapter, @Nullable String owner, long declaredBytes, InputStream safetensors)
            throws IOException {
        if (models.isBase(adapter.name())) {
            return new Upload.Refused("name: expected a name other than a base model's, found " + adapter.name());
        }
        if (adapter.model() != null && models.base(adapter.model()).isEmpty()) {
            return new Upload.Refused("model: expected one of " + models.baseNames() + ", found " + adapter.model());
        }
        try {
            draft(adapter, ANY_SHA256, 1, 1, null, null);
            if (adapter.triggerWord() != null) {
                Embedding.requireTriggerWord("triggerWord", adapter.triggerWord());
            }
        } catch (IllegalArgumentException e) {
            return new Upload.Refused(String.valueOf(e.getMessage()));
        }
        if (declaredBytes > maxBytes) {
            return new Upload.TooLarge(maxBytes);
        }
        try (ClientBlobs.Incoming incoming = clientBlobs.receive(owner, Math.max(0, declaredBytes))) {
            return receive(adapter, declaredBytes, new IncomingAdapter(safetensors, incoming));
        } catch (BadSafetensorsException | BadAdapterException e) {
            return new Upload.Refused(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Like {@link #upload}, for a zip file of a PEFT folder. A stored adapter is one file, so the two files of the
     * folder are combined.
     *
     * @param zip content of the zip file; not closed
     */
    public Upload uploadPeft(Description adapter, @Nullable String owner, InputStream zip) throws IOException {
        try (PeftArchive archive = PeftArchive.read(zip, maxBytes)) {
            PeftFiles.Combined file = archive.combined();
            try (InputStream content = file.content()) {
                return upload(adapter, owner, file.bytes(), content);
            }
        } catch (PeftArchive.Refusal | BadSafetensorsException | BadAdapterException e) {
            return new Upload.Refused(String.valueOf(e.getMessage()));
        } catch (PeftArchive.TooLarge e) {
            return new Upload.TooLarge(maxBytes);
        }
    }

    private Upload receive(Description adapter, long declaredBytes, IncomingAdapter file)
            throws IOException, BadSafetensorsException, BadAdapterException {
        SafetensorsHeader header = file.readHeader(maxBytes);
        if (header.fileBytes() > maxBytes) {
            return new Upload.TooLarge(maxBytes);
        }
        if (declaredBytes >= 0) {
            header.requireFileOf(declaredBytes);
        }
        Optional<List<TextEncoderFit.Size>> textEncoders =
                base(adapter.model()).map(BaseModel::textEncoders).map(AdapterUploads::sizes);
        if (EmbeddingContents.areIn(header.tensors())) {
            return receiveEmbedding(adapter, header, textEncoders, file);
        }
        if (adapter.triggerWord() != null) {
            return new Upload.Refused("triggerWord: expected none for an adapter that is not an embedding, found one");
        }
        AdapterContents contents = AdapterContents.of(header.tensors(), header.metadata(), adapter.textEncoder());
        if (textEncoders.isPresent()) {
            TextEncoderFit.require(contents, header.tensors(), textEncoders.get());
        }
        String sha256 = file.readTensors(header, OutputStream.nullOutputStream());
        TextEncoder textEncoder =
                contents.changesText() ? TextEncoder.APPLIED : contents.ignored() > 0 ? TextEncoder.IGNORED : null;
        return publish(draft(adapter, sha256, header.fileBytes(), contents.rank(), textEncoder, null), file);
    }

    private Upload receiveEmbedding(
            Description adapter,
            SafetensorsHeader header,
            Optional<List<TextEncoderFit.Size>> textEncoders,
            IncomingAdapter file)
            throws IOException, BadSafetensorsException, BadAdapterException {
        EmbeddingContents contents = EmbeddingContents.of(header.tensors(), adapter.textEncoder());
        if (textEncoders.isPresent()) {
            contents.requireFit(textEncoders.get());
        }
        String word = triggerWord(adapter, contents);
        if (!Embedding.isTriggerWord(word)) {
            return new Upload.Refused("the file's word " + word + ": expected " + Embedding.TRIGGER_WORDS
                    + "; choose another word with triggerWord");
        }
        Embedding embedding = new Embedding(word, contents.vectors());
        try {
            draft(adapter, ANY_SHA256, 1, 0, TextEncoder.APPLIED, embedding);
        } catch (IllegalArgumentException e) {
            return new Upload.Refused(String.valueOf(e.getMessage()));
        }
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        String sha256 = file.readTensors(header, data);
        contents.requireFinite(header.tensors(), data.toByteArray());
        return publish(draft(adapter, sha256, header.fileBytes(), 0, TextEncoder.APPLIED, embedding), file);
    }

    private static String triggerWord(Description adapter, EmbeddingContents contents) {
        if (adapter.triggerWord() != null) {
            return adapter.triggerWord();
        }
        return contents.word() == null ? adapter.name() : contents.word();
    }

    private static List<TextEncoderFit.Size> sizes(List<TextEncoderShape> textEncoders) {
        return textEncoders.stream()
                .map(shape -> new TextEncoderFit.Size(shape.width(), shape.layers(), shape.chunk()))
                .toList();
    }

    /**
     * @return a version with the lowest number that may be free
     * @throws IllegalArgumentException if the description is invalid
     */
    private AdapterVersion draft(
            Description adapter,
            String sha256,
            long bytes,
            int rank,
            @Nullable TextEncoder textEncoder,
            @Nullable Embedding embedding) {
        return new AdapterVersion(
                adapter.name(),
                1 + registry.adapter(adapter.name()).lastNumber(),
                sha256,
                bytes,
                rank,
                base(adapter.model()).map(BaseModel::fingerprint).orElse(null),
                adapter.kind(),
                adapter.guidance(),
                clock.instant(),
                null,
                null,
                null,
                textEncoder,
                adapter.samplingDefaults(),
                embedding);
    }

    private Optional<BaseModel> base(@Nullable String named) {
        return named == null ? models.current() : models.base(named);
    }

    private Upload publish(AdapterVersion draft, IncomingAdapter file) throws IOException {
        file.store(draft.sha256());
        Optional<AdapterVersion> newest = registry.adapter(draft.name()).newest();
        if (newest.isPresent() && isSame(newest.get(), draft)) {
            return new Upload.Unchanged(newest.get());
        }
        AdapterEvent.Version claimed = numbers.claim(draft);
        log.write(claimed, registry);
        return new Upload.Published(claimed.version());
    }

    private static boolean isSame(AdapterVersion newest, AdapterVersion draft) {
        boolean isForAnotherBase = newest.baseFingerprint() != null
                && draft.baseFingerprint() != null
                && !newest.baseFingerprint().equals(draft.baseFingerprint());
        return newest.sha256().equals(draft.sha256())
                && newest.kind() == draft.kind()
                && Objects.equals(newest.guidance(), draft.guidance())
                && Objects.equals(newest.samplingDefaults(), draft.samplingDefaults())
                && newest.textEncoder() == draft.textEncoder()
                && Objects.equals(newest.embedding(), draft.embedding())
                && !isForAnotherBase;
    }
}
