// node-quickbooks, unmodified and pointed by its base URL alone, through its documented operations.
// Prints one JSON object of what it saw. Arguments: API address, realm, access token, refresh token, client id, secret.
const [base, realm, token, refreshToken, clientId, clientSecret] = process.argv.slice(2)
const QuickBooks = require('node-quickbooks')

QuickBooks.V3_ENDPOINT_BASE_URL = `${base}/v3/company/`
QuickBooks.TOKEN_URL = `${base}/oauth2/v1/tokens/bearer`
QuickBooks.REVOKE_URL = `${base}/v2/oauth2/tokens/revoke`
const qbo = new QuickBooks(clientId, clientSecret, token, false, realm, true, false, 75, '2.0', refreshToken)

const call = (name, ...given) =>
  new Promise((resolve, reject) =>
    qbo[name](...given, (error, answer) => (error ? reject(Object.assign(new Error(name), { error })) : resolve(answer))))

const refused = async (name, ...given) => {
  try {
    await call(name, ...given)
  } catch (caught) {
    const fault = caught.error.Fault || (caught.error.response && caught.error.response.data.Fault)
    return fault.Error[0].code
  }
  return 'not refused'
}

async function main () {
  const seen = {}
  seen.company = (await call('getCompanyInfo', realm)).CompanyName
  const items = await call('findItems', { Type: 'Service', limit: 1 })
  const code = (await call('findTaxCodes', [{ field: 'fetchAll', value: true }])).QueryResponse.TaxCode
    .find(one => one.Name === 'GST')
  const customer = await call('createCustomer', { DisplayName: "Nora O'Node" })
  seen.found = (await call('findCustomers', { DisplayName: "Nora O'Node" })).QueryResponse.Customer[0].Id === customer.Id
  const line = {
    Amount: 100,
    DetailType: 'SalesItemLineDetail',
    SalesItemLineDetail: { ItemRef: { value: items.QueryResponse.Item[0].Id }, TaxCodeRef: { value: code.Id } }
  }
  const body = { CustomerRef: { value: customer.Id }, Line: [line], DocNumber: 'NODE-1' }
  const invoice = await call('createInvoice', { ...body, requestId: 'node-1' })
  seen.total = invoice.TotalAmt
  seen.replayed = (await call('createInvoice', { ...body, requestId: 'node-1' })).Id === invoice.Id
  const noted = await call('updateInvoice', { Id: invoice.Id, SyncToken: invoice.SyncToken, sparse: true, PrivateNote: 'n' })
  seen.note = noted.PrivateNote
  seen.stale = await refused('updateInvoice', { Id: invoice.Id, SyncToken: '0', sparse: true, PrivateNote: 'x' })
  const applied = { Amount: 110, LinkedTxn: [{ TxnId: invoice.Id, TxnType: 'Invoice' }] }
  const payment = await call('createPayment', { CustomerRef: { value: customer.Id }, TotalAmt: 110, Line: [applied] })
  seen.balance = (await call('getInvoice', invoice.Id)).Balance
  await call('voidPayment', payment)
  await call('voidInvoice', invoice.Id)
  seen.voided = (await call('getInvoice', invoice.Id)).TotalAmt
  const memo = await call('createCreditMemo', body)
  seen.deleted = (await call('deleteCreditMemo', memo.Id)).CreditMemo.status
  seen.gone = await refused('getCreditMemo', memo.Id)
  const batch = await call('batch', [
    { bId: '1', operation: 'create', Customer: { DisplayName: 'Batch Node' } },
    { bId: '2', Query: 'select * from Term' }
  ])
  seen.batch = batch.BatchItemResponse.map(one => Object.keys(one).sort().join())
  const since = new Date(Date.now() - 3600000)
  const changes = await call('changeDataCapture', ['Customer', 'Invoice', 'CreditMemo'], since)
  seen.changed = changes.CDCResponse[0].QueryResponse.map(group => Object.keys(group)[0])
  seen.count = (await call('findInvoices', { count: true })).QueryResponse.totalCount
  seen.accounts = (await call('findAccounts', [
    { field: 'AccountType', value: 'Bank' }, { field: 'limit', value: 5 }, { asc: 'Name' }
  ])).QueryResponse.Account.length
  seen.all = (await call('findAccounts', [{ field: 'fetchAll', value: true }, { field: 'limit', value: 7 }]))
    .QueryResponse.Account.length
  seen.pdf = (await call('getInvoicePdf', invoice.Id)).slice(0, 4).toString()
  seen.sent = (await call('sendInvoicePdf', invoice.Id, 'a@example.com')).EmailStatus
  seen.preferences = (await call('getPreferences')).CurrencyPrefs.HomeCurrency.value
  seen.refreshed = (await call('refreshAccessToken')).expires_in
  process.stdout.write(JSON.stringify(seen))
}

main().catch(caught => {
  console.error(caught.message, JSON.stringify(caught.error && (caught.error.Fault || caught.error.message)), caught.stack)
  process.exit(1)
})
