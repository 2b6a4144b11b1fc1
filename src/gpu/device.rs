//! This turns whatever graphics adapter the machine has into an open device.

use super::findings::Findings;
use super::kernel::{DType, Elements, Kernel, Pipeline};
use super::memory::{Allocation, Memory, Storage};
use super::tensor::{Shape, Tensor};
use crate::{Error, Result};
use half::f16;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// An open graphics device. Cloning copies the handle.
#[derive(Clone)]
pub struct Gpu(Rc<Inner>);

struct Inner {
    instance: wgpu::Instance,
    adapter: wgpu::Adapter,
    device: wgpu::Device,
    queue: wgpu::Queue,
    /// The newest submission, if there was one.
    newest: RefCell<Option<wgpu::SubmissionIndex>>,
    memory: Memory,
    trouble: Arc<Mutex<Option<Error>>>,
    pipelines: RefCell<HashMap<(&'static str, Elements), Pipeline>>,
    findings: Findings,
    /// The next seed, where what kernels write is to be perturbed.
    #[cfg(feature = "bench")]
    perturbation: std::cell::Cell<Option<u32>>,
    /// How many bytes it pretends to have.
    #[cfg(feature = "bench")]
    ceiling: std::cell::Cell<u64>,
}

impl Gpu {
    /// Opens the most powerful adapter there is, with the largest buffers that it allows.
    ///
    /// # Errors
    /// [`Error::NoAdapter`] where no WebGPU or Vulkan adapter answers, [`Error::Gpu`] where it refuses a device.
    pub fn open() -> impl Future<Output = Result<Gpu>> {
        Gpu::open_with(wgpu::Features::empty(), false)
    }

    /// The same with no more than every WebGPU device allows: buffers of 256 MiB, of which 128 MiB are bound at once.
    ///
    /// # Errors
    /// As [`Gpu::open`].
    pub fn open_with_default_limits() -> impl Future<Output = Result<Gpu>> {
        Gpu::open_with(wgpu::Features::empty(), true)
    }

    /// The same with those of `wanted` that the adapter offers, and with its own limits or the default ones.
    pub(super) fn open_with(wanted: wgpu::Features, default_limits: bool) -> impl Future<Output = Result<Gpu>> {
        Gpu::open_on(wgpu::InstanceDescriptor::new_without_display_handle(), wanted, default_limits)
    }

    /// The same on an adapter of this instance.
    pub(super) async fn open_on(
        instance: wgpu::InstanceDescriptor,
        wanted: wgpu::Features,
        default_limits: bool,
    ) -> Result<Gpu> {
        let instance = wgpu::Instance::new(instance);
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance
            .request_adapter(&options)
            .await
            .map_err(|e| Error::NoAdapter { detail: e.to_string(), remedy: no_adapter_remedy() })?;
        // Only the buffer sizes are raised; every kernel keeps to the default limits otherwise.
        let offered = adapter.limits();
        let default = wgpu::Limits::default().or_worse_values_from(&offered);
        let limits = if default_limits {
            default
        } else {
            wgpu::Limits {
                max_buffer_size: offered.max_buffer_size,
                max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
                ..default
            }
        };
        let (device, queue) = adapter
            .request_device(&wgpu::DeviceDescriptor {
                label: Some("scumble"),
                required_features: (wanted | wgpu::Features::SHADER_F16) & adapter.features(),
                required_limits: limits,
                ..Default::default()
            })
            .await
            .map_err(|e| Error::Gpu { detail: e.to_string() })?;
        let trouble = Arc::new(Mutex::new(None));
        watch(&device, &trouble);
        let inner = Inner {
            instance,
            adapter,
            device,
            queue,
            newest: RefCell::default(),
            memory: Memory::default(),
            trouble,
            pipelines: RefCell::default(),
            findings: Findings::default(),
            #[cfg(feature = "bench")]
            perturbation: Default::default(),
            #[cfg(feature = "bench")]
            ceiling: u64::MAX.into(),
        };
        Ok(Gpu(Rc::new(inner)))
    }

    /// The adapter's name and driver, for people.
    pub fn describe(&self) -> String {
        let info = self.0.adapter.get_info();
        let parts = [info.name, info.driver, info.driver_info];
        let named: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if named.is_empty() { "unnamed graphics adapter".into() } else { named.join(", ") }
    }

    /// How many bytes the engine holds on this device.
    pub fn memory(&self) -> &Memory {
        &self.0.memory
    }

    /// A tensor of zeros.
    ///
    /// # Errors
    /// [`Error::TooLargeForDevice`] where a single buffer would exceed what the device allows.
    pub fn tensor(&self, label: &str, shape: Shape) -> Result<Tensor> {
        self.tensor_of(label, shape, DType::F32)
    }

    /// A tensor of zeros that are stored as `dtype` says.
    ///
    /// # Errors
    /// As [`Gpu::tensor`].
    pub fn tensor_of(&self, label: &str, shape: Shape, dtype: DType) -> Result<Tensor> {
        let bytes = shape.bytes_of(dtype);
        self.fits(bytes)?;
        let storage = Storage::default();
        let (buffer, allocation) = self.buffer(label, bytes);
        storage.settle(buffer, allocation);
        Ok(Tensor::new(Rc::new(storage), label.into(), shape, dtype))
    }

    /// Whether the device has 16-bit numbers.
    pub fn has_half(&self) -> bool {
        self.0.device.features().contains(wgpu::Features::SHADER_F16)
    }

    /// How many bytes a kernel can read as one array.
    pub fn longest_array(&self) -> u64 {
        let limits = self.0.device.limits();
        limits.max_buffer_size.min(limits.max_storage_buffer_binding_size)
    }

    /// Whether a single buffer can hold so many bytes.
    pub(super) fn fits(&self, bytes: u64) -> Result<()> {
        let limit = self.longest_array();
        if bytes > limit {
            return Err(Error::TooLargeForDevice { needed_mib: bytes.div_ceil(1 << 20), limit_mib: limit >> 20 });
        }
        Ok(())
    }

    /// A counted buffer of zeros.
    pub(super) fn buffer(&self, label: &str, bytes: u64) -> (wgpu::Buffer, Rc<Allocation>) {
        let buffer = self.0.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: bytes,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let allocation = Rc::new(self.0.memory.allocate(bytes));
        #[cfg(feature = "bench")]
        if self.0.memory.held() > self.0.ceiling.get() {
            put(&self.0.trouble, Error::OutOfMemory { detail: format!("no room for {label}") });
        }
        (buffer, allocation)
    }

    /// Lets allocations fail from now on that would make it hold more than so many bytes. For a test.
    #[cfg(feature = "bench")]
    pub fn pretend_to_have(&self, bytes: u64) {
        self.0.ceiling.set(bytes);
    }

    /// A tensor that starts with `values` (padded layout: exactly `shape.bytes()`).
    ///
    /// # Errors
    /// As [`Gpu::tensor`].
    pub fn upload(&self, label: &str, shape: Shape, values: &[f32]) -> Result<Tensor> {
        let tensor = self.tensor(label, shape)?;
        self.write(&tensor, values);
        Ok(tensor)
    }

    /// The same, stored in 16 bits.
    ///
    /// # Errors
    /// As [`Gpu::tensor`].
    pub fn upload_half(&self, label: &str, shape: Shape, values: &[f32]) -> Result<Tensor> {
        let tensor = self.tensor_of(label, shape, DType::F16)?;
        self.write(&tensor, values);
        Ok(tensor)
    }

    /// Overwrites all values of a tensor, before anything that is submitted later.
    pub fn write(&self, tensor: &Tensor, values: &[f32]) {
        assert_eq!(tensor.shape().bytes(), values.len() as u64 * 4, "size of the values for {}", tensor.label());
        match tensor.dtype() {
            DType::F32 => self.write_bytes(tensor, bytemuck::cast_slice(values)),
            DType::F16 => {
                let halves: Vec<u16> = values.iter().map(|&value| f16::from_f32(value).to_bits()).collect();
                self.write_bytes(tensor, bytemuck::cast_slice(&halves));
            }
        }
    }

    fn write_bytes(&self, tensor: &Tensor, bytes: &[u8]) {
        self.0.queue.write_buffer(tensor.buffer(), tensor.offset(), bytes);
    }

    /// A new tensor with the values that `source` has now.
    ///
    /// # Errors
    /// As [`Gpu::tensor`].
    pub fn copy(&self, label: &str, source: &Tensor) -> Result<Tensor> {
        let tensor = self.tensor_of(label, source.shape(), source.dtype())?;
        self.overwrite(&tensor, source);
        Ok(tensor)
    }

    /// Overwrites all values of a tensor with those that `source` has now.
    pub fn overwrite(&self, tensor: &Tensor, source: &Tensor) {
        assert_eq!(tensor.bytes(), source.bytes(), "size of the values for {}", tensor.label());
        let mut encoder = self.0.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(
            source.buffer(),
            source.offset(),
            tensor.buffer(),
            tensor.offset(),
            source.bytes(),
        );
        self.submit(encoder.finish());
    }

    /// Overwrites all values of a tensor with zeros, before anything that is submitted later.
    pub fn clear(&self, tensor: &Tensor) {
        let mut encoder = self.0.device.create_command_encoder(&Default::default());
        encoder.clear_buffer(tensor.buffer(), tensor.offset(), Some(tensor.bytes()));
        self.submit(encoder.finish());
    }

    /// Compiles kernels ahead of their first use, for values that are stored in f32.
    pub fn warm_up<'k>(&self, kernels: impl IntoIterator<Item = &'k Kernel>) {
        for kernel in kernels {
            self.pipeline(kernel, Elements::default());
        }
    }

    #[cfg(feature = "bench")]
    pub(super) fn perturbation(&self) -> &std::cell::Cell<Option<u32>> {
        &self.0.perturbation
    }

    /// The findings about this device.
    pub fn findings(&self) -> &Findings {
        &self.0.findings
    }

    /// The names of all kernels that were compiled so far.
    pub fn compiled(&self) -> BTreeSet<&'static str> {
        self.0.pipelines.borrow().keys().map(|(name, _)| *name).collect()
    }

    /// Marks everything submitted so far; the loop waits for old marks to keep few steps in flight.
    pub fn fence(&self) -> Fence {
        let (done, wait) = futures_channel::oneshot::channel();
        self.0.queue.on_submitted_work_done(move || {
            let _ = done.send(());
        });
        Fence { passed: wait, submission: self.0.newest.borrow().clone() }
    }

    /// Hands recorded commands to the device.
    pub(super) fn submit(&self, commands: wgpu::CommandBuffer) {
        let submission = self.0.queue.submit([commands]);
        *self.0.newest.borrow_mut() = Some(submission);
    }

    /// The first problem of the device since it was opened, if there was one; a lost device stays lost.
    ///
    /// # Errors
    /// [`Error::DeviceLost`], [`Error::OutOfMemory`] or [`Error::Gpu`].
    pub fn check(&self) -> Result<()> {
        let mut trouble = self.0.trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match &*trouble {
            None => Ok(()),
            Some(lost @ Error::DeviceLost { .. }) => Err(lost.clone()),
            Some(_) => Err(trouble.take().unwrap_or(Error::Gpu { detail: String::new() })),
        }
    }

    /// Waits for all that was submitted, and forgets what it dragged along after an allocation that failed.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub async fn recover(&self) -> Result<()> {
        self.fence().wait(self).await;
        self.check().or_else(|error| if matches!(error, Error::DeviceLost { .. }) { Err(error) } else { Ok(()) })
    }

    /// Native drivers need a thread that waits; a browser calls back by itself, and there this does nothing.
    pub(super) fn drive(&self) {
        self.drive_to(None);
    }

    /// The same until a submission is done, or all are; what came later goes on.
    #[cfg_attr(target_arch = "wasm32", allow(unused_variables))]
    fn drive_to(&self, submission_index: Option<wgpu::SubmissionIndex>) {
        #[cfg(not(target_arch = "wasm32"))]
        let _ = self.0.device.poll(wgpu::PollType::Wait { submission_index, timeout: None });
    }

    /// Lets native callbacks run without waiting.
    pub(super) fn nudge(&self) {
        #[cfg(not(target_arch = "wasm32"))]
        let _ = self.0.device.poll(wgpu::PollType::Poll);
    }

    pub(super) fn instance(&self) -> &wgpu::Instance {
        &self.0.instance
    }

    pub(super) fn adapter(&self) -> &wgpu::Adapter {
        &self.0.adapter
    }

    pub(super) fn device(&self) -> &wgpu::Device {
        &self.0.device
    }

    pub(super) fn queue(&self) -> &wgpu::Queue {
        &self.0.queue
    }

    pub(super) fn pipeline(&self, kernel: &Kernel, elements: Elements) -> Pipeline {
        let built = self.0.pipelines.borrow().get(&(kernel.name, elements)).cloned();
        built.unwrap_or_else(|| {
            let pipeline = kernel.build(&self.0.device, elements);
            self.0.pipelines.borrow_mut().insert((kernel.name, elements), pipeline.clone());
            pipeline
        })
    }
}

/// A point in the device's work.
pub struct Fence {
    passed: futures_channel::oneshot::Receiver<()>,
    /// The newest submission before it.
    submission: Option<wgpu::SubmissionIndex>,
}

impl Fence {
    /// Resolves when the device has passed it; what was submitted later need not be done.
    pub async fn wait(mut self, gpu: &Gpu) {
        gpu.nudge();
        if self.has_passed() {
            return;
        }
        gpu.drive_to(self.submission.take());
        if self.has_passed() {
            return;
        }
        // That poll failed; a whole one settles whether the work is done or the device gone.
        gpu.drive();
        // An error means that the device is gone; the next check says so.
        let _ = self.passed.await;
    }

    fn has_passed(&mut self) -> bool {
        !matches!(self.passed.try_recv(), Ok(None))
    }
}

/// Keeps the first trouble; a lost device outranks whatever it drags along.
fn put(trouble: &Mutex<Option<Error>>, error: Error) {
    let mut slot = trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if slot.is_none() || matches!(error, Error::DeviceLost { .. }) {
        *slot = Some(error);
    }
}

/// Notes whatever the device complains of.
fn watch(device: &wgpu::Device, trouble: &Arc<Mutex<Option<Error>>>) {
    let slot = trouble.clone();
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
        let detail = error.to_string();
        let is_full = matches!(error, wgpu::Error::OutOfMemory { .. });
        put(&slot, if is_full { Error::OutOfMemory { detail } } else { Error::Gpu { detail } });
    }));
    let slot = trouble.clone();
    device.set_device_lost_callback(move |reason, message| {
        // Dropping the device is how we close it; that is no news.
        if reason != wgpu::DeviceLostReason::Destroyed {
            put(&slot, Error::DeviceLost { detail: message });
        }
    });
}

fn no_adapter_remedy() -> String {
    if cfg!(target_arch = "wasm32") {
        "Update the browser, and turn on hardware acceleration in its settings.".into()
    } else {
        "Install a Vulkan driver; Debian's package mesa-vulkan-drivers brings one that needs no graphics card.".into()
    }
}
