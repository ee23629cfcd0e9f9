import koffi, { type LibraryHandle } from 'koffi'

const P = 'void*'

/** The C functions in use: result, then arguments. Source: tensorflow/c/c_api.h, c_api_function.h, eager/c_api.h of 2.21. */
const signatures = {
  TF_Version: ['str'],
  TF_NewStatus: [P],
  TF_DeleteStatus: ['void', P],
  TF_GetCode: ['int', P],
  TF_Message: ['str', P],

  TFE_NewContextOptions: [P],
  TFE_ContextOptionsSetConfig: ['void', P, P, 'size_t', P],
  TFE_DeleteContextOptions: ['void', P],
  TFE_NewContext: [P, P, P],
  TFE_ContextListDevices: [P, P, P],
  TFE_ContextAddFunction: ['void', P, P, P],
  TFE_ContextRemoveFunction: ['void', P, 'str', P],
  TF_DeviceListCount: ['int', P],
  TF_DeviceListName: ['str', P, 'int', P],
  TF_DeviceListType: ['str', P, 'int', P],
  TF_DeviceListMemoryBytes: ['int64', P, 'int', P],
  TF_DeleteDeviceList: ['void', P],

  TF_AllocateTensor: [P, 'int', 'int64*', 'int', 'size_t'],
  TF_TensorData: [P, P],
  TF_TensorByteSize: ['size_t', P],
  TF_DeleteTensor: ['void', P],
  TFE_NewTensorHandle: [P, P, P],
  TFE_DeleteTensorHandle: ['void', P],
  TFE_TensorHandleCopySharingTensor: [P, P, P],
  TFE_TensorHandleNumDims: ['int', P, P],
  TFE_TensorHandleDim: ['int64', P, 'int', P],
  TFE_TensorHandleDataType: ['int', P],
  TFE_TensorHandleResolve: [P, P, P],

  TFE_NewOp: [P, P, 'str', P],
  TFE_DeleteOp: ['void', P],
  TFE_OpAddInput: ['void', P, P, P],
  TFE_OpSetAttrString: ['void', P, 'str', P, 'size_t'],
  TFE_OpSetAttrInt: ['void', P, 'str', 'int64'],
  TFE_OpSetAttrIntList: ['void', P, 'str', 'int64*', 'int'],
  TFE_OpSetAttrFloat: ['void', P, 'str', 'float'],
  TFE_OpSetAttrBool: ['void', P, 'str', 'uchar'],
  TFE_OpSetAttrType: ['void', P, 'str', 'int'],
  TFE_OpSetAttrShape: ['void', P, 'str', 'int64*', 'int', P],
  TFE_Execute: ['void', P, P, 'int*', P],

  TF_NewGraph: [P],
  TF_DeleteGraph: ['void', P],
  TF_NewOperation: [P, P, 'str', 'str'],
  TF_AddInput: ['void', P, 'TF_Output'],
  TF_AddInputList: ['void', P, 'TF_Output*', 'int'],
  TF_AddControlInput: ['void', P, P],
  TF_SetAttrString: ['void', P, 'str', P, 'size_t'],
  TF_SetAttrInt: ['void', P, 'str', 'int64'],
  TF_SetAttrIntList: ['void', P, 'str', 'int64*', 'int'],
  TF_SetAttrFloat: ['void', P, 'str', 'float'],
  TF_SetAttrBool: ['void', P, 'str', 'uchar'],
  TF_SetAttrType: ['void', P, 'str', 'int'],
  TF_SetAttrShape: ['void', P, 'str', 'int64*', 'int'],
  TF_SetAttrTensor: ['void', P, 'str', P, P],
  TF_FinishOperation: [P, P, P],
  TF_OperationOutputType: ['int', 'TF_Output'],
  TF_GraphGetTensorNumDims: ['int', P, 'TF_Output', P],
  TF_GraphGetTensorShape: ['void', P, 'TF_Output', P, 'int', P],
  TF_GraphToFunctionWithControlOutputs: [
    P,
    P,
    'str',
    'uchar',
    'int',
    P,
    'int',
    'TF_Output*',
    'int',
    'TF_Output*',
    P,
    'int',
    'void**',
    P,
    P,
    'str',
    P,
  ],
  TF_DeleteFunction: ['void', P],
} satisfies Record<string, string[]>

// koffi's calls are untyped; the other files of this folder give each a typed face.
type Call = { (...values: any[]): any; async(...values: any[]): void }
type Api = Record<keyof typeof signatures, Call>

/** The bound functions; empty until `bindApi` has run. */
export const C = {} as Api

/** Binds every function of the table to the loaded library. */
export function bindApi(library: LibraryHandle) {
  koffi.struct('TF_Output', { oper: P, index: 'int' })
  for (const [name, [result, ...values]] of Object.entries(signatures)) {
    C[name as keyof typeof signatures] = library.func(name, result!, values) as Call
  }
}
